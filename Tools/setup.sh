#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that Sluice is built on. Safe to run again: it installs only what is missing.
set -euo pipefail

packages=(libdnnl-dev libsentencepiece-dev libpng-dev libjpeg62-turbo-dev libsqlite3-dev libssl-dev make python3-venv)

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "setup: no apt-get here: install what your system calls oneDNN, sentencepiece and libpng (with headers), then run make again" >&2
        exit 1
    fi
    root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "setup: run as root, or install: ${missing[*]}" >&2; exit 1; }
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! command -v swift >/dev/null; then
    echo "setup: no swift on the PATH: install Swift 6.2 or newer from https://www.swift.org/install/linux" >&2
    exit 1
fi
echo "setup: everything is here ($(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*'))"
