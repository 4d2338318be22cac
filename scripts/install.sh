#!/bin/sh
# Installs what the build and the tests need on Debian 12: packages by apt-get (a browser, the model checker), and a Python environment
# for the tests with a browser and with Microsoft's client.
# Usage: scripts/install.sh build | test
set -eu
cd "$(dirname "$0")/.."

packages="libsqlite3-dev libpq-dev zlib1g-dev"
if [ "${1:-build}" = test ]; then
    packages="$packages chromium fonts-dejavu-core python3-venv curl spin gcc libc6-dev"
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

if [ "${1:-build}" = test ] && ! cmp -s Tests/requirements.txt .venv/installed.txt; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    cp Tests/requirements.txt .venv/installed.txt
fi
