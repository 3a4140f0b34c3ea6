#!/bin/bash
# Writes the lists of exact versions and hashes anew: requirements*.txt from *.in, package-lock.json from package.json.
set -euo pipefail
cd "$(dirname "$0")/.."
export CUSTOM_COMPILE_COMMAND="make lock"
[ -x var/lock/bin/pip-compile ] || { python3 -m venv var/lock; var/lock/bin/pip install -qq pip-tools==7.6.2; }
for list in requirements tests/requirements demo/requirements scripts/node-requirements; do
    var/lock/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
        --no-emit-trusted-host --no-emit-options --output-file "$list.txt" "$list.in"
done
npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --loglevel=error
