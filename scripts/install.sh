#!/bin/sh
# Installs what the build and the tests need on Debian 12: packages by apt-get (a browser, the model checker), and a Python environment
# for the tests with a browser and with Microsoft's client.
# Usage: scripts/install.sh build | test
set -eu
cd "$(dirname "$0")/.."

packages="libsqlite3-dev libpq-dev zlib1g-dev python3-venv"
if [ "${1:-build}" = test ]; then
    packages="$packages chromium-headless-shell fonts-dejavu-core fonts-inter curl spin gcc libc6-dev"
fi

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "Installing$missing"
    if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# The editor of formatted texts (THIRD_PARTY.md), embedded at build: by name and version from the package index, and by hash.
editor=Sources/WebAssets/vendor/editor.js
wheel=django_prose_editor-0.28.0-py3-none-any.whl
if ! echo "dfe143953e7e504247031aeaecf34b9f0eb10d9f832c9569b4c948423d39d608  $editor" | sha256sum --check --status 2>/dev/null; then
    folder=$(mktemp -d)
    python3 -m venv "$folder/python"
    "$folder/python/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" django-prose-editor==0.28.0
    echo "37fd98d7bf4250d535bec24c4f5ad3dc195b22cced9650dcd35a4f8777de71e2  $folder/$wheel" | sha256sum --check --quiet
    "$folder/python/bin/python" -c "
import sys, zipfile
sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read('django_prose_editor/static/django_prose_editor/editor.js'))
" "$folder/$wheel" >"$editor"
    rm -rf "$folder"
fi

if [ "${1:-build}" = test ] && ! cmp -s Tests/requirements.txt .venv/installed.txt; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    cp Tests/requirements.txt .venv/installed.txt
fi
