#!/bin/bash
# Every check: style, import contracts, types, the tests on a PostgreSQL of their own, the modules of the pages.
#   scripts/test.sh [lint]
set -euo pipefail
cd "$(dirname "$0")/.."
export POMS_VAR="$PWD/var/test" PATH="$PWD/.venv/bin:$PATH"
mkdir -p "$POMS_VAR"

ruff check --quiet .
lint-imports --cache-dir var/test/import-linter >"$POMS_VAR/contracts" 2>&1 || { cat "$POMS_VAR/contracts"; exit 1; }
grep -E '^Contracts:' "$POMS_VAR/contracts"
mypy
[ "${1:-}" != lint ] || exit 0
mapfile -t modules < <(find tests/js -name '*.test.*js' 2>/dev/null | sort)
[ "${#modules[@]}" = 0 ] || node --test --test-reporter=dot "${modules[@]}"
python -m pytest -n auto --dist loadfile --durations 20
