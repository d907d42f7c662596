#!/usr/bin/env bash
# Writes requirements/run.txt and requirements/dev.txt anew from pyproject.toml: every package pinned, every file by its
# hash, no address of an index and no path of this machine. Needs uv. `deploy/lock.sh --upgrade` takes newest versions,
# without it the pins stay wherever pyproject.toml still allows them.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "${upgrade[@]}" "$@"
}

upgrade=("$@")
# What builds the project is locked with what it runs on: an editable install then needs no isolated, unpinned build.
python3 -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"]))' |
    compile pyproject.toml - --output-file requirements/run.txt
# Constrained by the run-time lock, so that the two can be installed one after the other.
compile --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
