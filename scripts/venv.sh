# Sourced, not run: without it every script would find Python and make the environment in its own way.
# Leaves the caller in the repository's folder; `ready FILE` leaves in $python an interpreter with FILE installed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$(realpath -m "${HOTLINE_VENV:-$root/.venv}")
python=$venv/bin/python
stamp=$venv/installed.sha256
cd "$root"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Hotline needs Python 3.11 or newer and found none on the PATH (Debian, Ubuntu: apt install python3)."
    return 1
}

make_venv() {
    local base version
    base=$(find_python) || return 1
    version=$("$base" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    # Debian ships venv without ensurepip: asking first avoids a half-made environment.
    if ! "$base" -c 'import venv, ensurepip' 2>/dev/null; then
        say "Python $version has no venv module here: apt install python$version-venv"
        return 1
    fi
    say "Making the environment $venv with Python $version ..."
    "$base" -m venv "$venv"
}

fingerprint() { printf '%s %s\n' "$({ "$python" -V; cat "$1"; } | sha256sum | cut -d ' ' -f 1)" "$1"; }

# requirements-dev.txt holds every pin of requirements.txt, so installing it serves both.
remember() {
    fingerprint requirements.txt >"$stamp"
    if [ "$1" != requirements.txt ]; then fingerprint "$1" >>"$stamp"; fi
}

# The `hotline` of the README, from any folder; the data folder stays the one of where it is called.
give_command() {
    printf '#!/bin/sh\nPYTHONPATH="%s${PYTHONPATH:+:$PYTHONPATH}" exec "%s" -m hotline "$@"\n' "$root" "$python" >"$venv/bin/hotline"
    chmod +x "$venv/bin/hotline"
}

ready() {
    "$python" -m pip --version >/dev/null 2>&1 || make_venv || return 1
    [ -x "$venv/bin/hotline" ] || give_command
    if grep -qsxF "$(fingerprint "$1")" "$stamp"; then return; fi
    say "Installing $(grep -c '==' "$1") packages from $1, about a minute the first time ..."
    rm -f "$stamp"
    if ! "$python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$1"; then
        say "The packages of $1 were not installed; pip says why above."
        return 1
    fi
    remember "$1"
}

# How many tests run side by side: two more than cores, since some wait for processes and browsers, and at most six; each
# brings a database server and a Redis of its own.
workers() { local cores; cores=$(nproc); echo $((cores < 5 ? cores + 2 : 6)); }
