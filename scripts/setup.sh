#!/bin/bash
# Makes what the project runs on: the virtual environment and the node packages. A second run sees that nothing is to do.
#   scripts/setup.sh [platform] [tests] [demo]
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"

# Whether the mark $1 is younger than every file after it.
is_fresh() {
    local mark=$1 file
    shift
    [ -f "$mark" ] || return 1
    for file in "$@"; do [ "$mark" -nt "$file" ] || return 1; done
}

# The packages of a list of exact versions, each checked against its hash.
packages() {
    local name=$1 list=$2
    is_fresh ".venv/.done-$name" "$list" && return
    echo "set-up: Python packages of $list" >&2
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$list"
    touch ".venv/.done-$name"
}

environment() {
    [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' && return
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "set-up: Python 3.11 or newer is needed; name one in PYTHON" >&2; exit 1; }
    echo "set-up: virtual environment .venv" >&2
    rm -rf .venv
    "$python" -m venv .venv || { echo "set-up: python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
}

# A node of version 20 or newer that is here; else the one that comes as a Python package.
need_node() {
    command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null && return
    packages node scripts/node-requirements.txt
    PATH="$PWD/.venv/bin:$PATH"
}

node_packages() {
    is_fresh node_modules/.done package.json package-lock.json && return
    need_node
    echo "set-up: node packages of package-lock.json" >&2
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.done
}

# A program that only Debian has, and only root can install: its package or packages, its program, and what fails without it.
debian() {
    local package=$1 program=$2 without=$3
    command -v "$program" >/dev/null && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        printf '\n  NO %s: %s will fail. Install it as root: apt-get install %s\n\n' "$package" "$without" "$package" >&2
        return
    fi
    echo "set-up: $package for $without" >&2
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $package; } >/dev/null 2>&1 \
        || printf '\n  %s COULD NOT BE INSTALLED: %s will fail. Try: apt-get install %s\n\n' "$package" "$without" "$package" >&2
}

tests() {
    packages tests tests/requirements.txt
    debian chromium chromium "the browser tests"
    debian debootstrap debootstrap "the tests on a pool of HTCondor"
    debian "slurmctld slurmd slurm-client munge" /usr/sbin/slurmctld "the tests on a Slurm"
    debian openssh-server /usr/sbin/sshd "the tests of login hosts"
}
demo() { packages demo demo/requirements.txt; }
platform() { packages platform requirements.txt; node_packages; }

environment
for part in "${@:-platform}"; do "$part"; done
