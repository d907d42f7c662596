#!/usr/bin/env bash
# Prepares this checkout: Debian packages, .venv/ with the pinned Python packages and the project itself, the faces of
# the fonts, the compiled phrases, and unpacked for the workbench what must not be installed. `deploy/env.sh --tests` adds
# what only the tests need; servers among it are unpacked, too, so that none starts with the machine.
#
# Quick and offline when nothing is to do: what is installed is asked of dpkg, every other step leaves a stamp with the
# hash of what it was made from. Becomes root only to install Debian packages: as root directly, else through sudo
# (asking on a terminal, `sudo -n` without one). Exit status 2: this machine lacks something that only its owner can
# give; one sentence says what.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${BIANMINTING_HOME:-$PWD/var}
lists=(deploy/system-packages.txt)
unpacked=(workbench:workbench-packages.txt) # folder in the home, and what is unpacked there
locks=(requirements/run.txt)
case ${1-} in
    "") ;;
    --tests)
        lists+=(deploy/test-packages.txt)
        unpacked+=(services:test-unpacked.txt)
        locks+=(requirements/dev.txt)
        ;;
    *)
        echo "usage: deploy/env.sh [--tests]" >&2
        exit 2
        ;;
esac

say() { printf '%s\n' "env: $*"; }
lacking() {
    printf '%s\n' "env: $*" >&2
    exit 2
}
hash_of() { sha256sum -- "$@" | sha256sum | cut -d ' ' -f 1; }
is_stamped() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; } # FILE KEY
stamp() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
}

# Two at a time would install into one .venv. The lock goes with this process, however it ends.
exec 9<deploy
flock 9

# --- Debian packages ------------------------------------------------------------------------------------------------

can_make_environments() { # PYTHON: 3.11 or later, with venv and pip's wheel (Debian keeps those in a package apart)
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        if can_make_environments "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

install_packages() { # PACKAGE…
    local become=()
    local update=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet update)
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends
        -o DPkg::Lock::Timeout=300 install "$@")
    local by_hand="apt-get update && sudo apt-get install --no-install-recommends $*"
    if [ "$(id -u)" -ne 0 ]; then
        become=(sudo)
        [ -t 0 ] || become+=(-n)
        if ! command -v sudo >/dev/null || ! "${become[@]}" true 2>/dev/null; then
            lacking "first, as one who may:  sudo $by_hand"
        fi
    fi
    say "Debian packages: $*"
    # Another apt may hold the lists, and a foreign source of this machine may be gone; neither is a reason to stop
    # before the installation has said what it lacks.
    "${become[@]}" "${update[@]}" </dev/null >/dev/null 9<&- || {
        sleep 10
        "${become[@]}" "${update[@]}" </dev/null >/dev/null 9<&- || say "apt-get update did not succeed; going on with the lists there are"
    }
    "${become[@]}" "${install[@]}" </dev/null 9<&- # a daemon it starts must not hold the lock
}

unpack_packages() { # FOLDER PACKAGE…: downloaded and unpacked into FOLDER, not installed; needs no root
    local folder part
    folder=$(realpath --canonicalize-missing "$1")
    part=$folder.part
    shift
    local download=(env -C "$part/packages" apt-get --quiet --quiet -o APT::Sandbox::User="$(id -un)" download "$@")
    rm -rf "$part"
    mkdir -p "$part/packages"
    if ! "${download[@]}" </dev/null 2>/dev/null; then # the lists there are may be older than the mirror, or none
        if [ "$(id -u)" -eq 0 ]; then
            apt-get --quiet update </dev/null >/dev/null 9<&- || true
        elif command -v sudo >/dev/null; then
            sudo -n apt-get --quiet update </dev/null >/dev/null 9<&- || true
        fi
        "${download[@]}" </dev/null || lacking "could not download $*; is the mirror in reach?  sudo apt-get update"
    fi
    for package in "$part"/packages/*.deb; do
        dpkg-deb --extract "$package" "$part"
    done
    rm -rf "$part/packages" "$folder"
    mv "$part" "$folder"
}

command -v dpkg-query >/dev/null || lacking "this machine is not a Debian; see deploy/system-packages.txt for what is needed"
mapfile -t wanted < <(sed 's/#.*//' "${lists[@]}" | awk 'NF { print $1 }')
python=$(find_python)
[ -n "$python" ] || wanted+=(python3 python3-venv)
mapfile -t absent < <(
    installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" { print $2 }')
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$installed")
)
if [ ${#absent[@]} -gt 0 ]; then
    install_packages "${absent[@]}"
    python=$(find_python)
fi
[ -n "$python" ] || lacking "no Python of version 3.11 or later on this machine ($(python3 --version 2>&1))"

# --- Python packages ------------------------------------------------------------------------------------------------

venv_python=.venv/bin/python
if ! "$venv_python" -c 'import pip' >/dev/null 2>&1; then
    say ".venv/ with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
# Two -q: pip warns once a package of every place in the machine's own configuration where it did not find it.
pip=("$venv_python" -m pip --quiet --quiet --no-input --disable-pip-version-check)
for lock in "${locks[@]}"; do
    key=$(hash_of "$lock")
    if ! is_stamped ".venv/.stamps/${lock##*/}" "$key"; then
        say "Python packages of $lock"
        "${pip[@]}" install --require-hashes --requirement "$lock"
        stamp ".venv/.stamps/${lock##*/}" "$key"
    fi
done
key=$(hash_of pyproject.toml)
if ! is_stamped .venv/.stamps/project "$key"; then
    say "the project itself"
    "${pip[@]}" install --no-deps --no-build-isolation --editable .
    stamp .venv/.stamps/project "$key"
fi

# --- What is made from them -----------------------------------------------------------------------------------------

mapfile -t sentences < <(find phrases -name '*.po' | sort)
key=$(hash_of phrases/*.py "${sentences[@]}")
compiled=$(find phrases -name '*.mo' | wc -l)
if ! is_stamped .venv/.stamps/phrases "$key" || [ "$compiled" -lt ${#sentences[@]} ]; then
    say "phrases"
    "$venv_python" -m phrases.build
    stamp .venv/.stamps/phrases "$key"
fi

key="$(hash_of screens/faces.py) $(dpkg-query --show fonts-noto-cjk)"
if ! is_stamped "$home/fonts/.stamp" "$key"; then
    say "faces of Noto Sans CJK in $home/fonts"
    BIANMINTING_HOME=$home "$venv_python" -m screens.faces
    stamp "$home/fonts/.stamp" "$key"
fi

for list in "${unpacked[@]}"; do
    folder=$home/${list%%:*}
    list=deploy/${list#*:}
    mapfile -t wanted < <(sed 's/#.*//' "$list" | awk 'NF { print $1 }')
    key="$(hash_of "$list") $(dpkg --print-architecture)"
    if ! is_stamped "$folder/.stamp" "$key"; then
        say "in $folder, not installed: ${wanted[*]}"
        unpack_packages "$folder" "${wanted[@]}"
        stamp "$folder/.stamp" "$key"
    fi
done

compgen -G 'deploy/sample_city/*.jsonl' >/dev/null || lacking "deploy/sample_city/ is not complete: no record files in it"
say "ready"
