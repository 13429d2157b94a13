#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that Sluice is built on. Safe to run again: it installs only what is missing.
set -euo pipefail

"$(dirname "$0")"/install-packages.sh libdnnl-dev libsentencepiece-dev libpng-dev libjpeg62-turbo-dev libsqlite3-dev libssl-dev make python3-venv

if ! command -v swift >/dev/null; then
    echo "setup: no swift on the PATH: install Swift 6.2 or newer from https://www.swift.org/install/linux" >&2
    exit 1
fi
echo "setup: everything is here ($(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*'))"
