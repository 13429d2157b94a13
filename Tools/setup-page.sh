#!/usr/bin/env bash
# Installs what the page's tests need: Debian's Chromium, Node, TypeScript and Chinese fonts, and Playwright and axe from PyPI into .venv-page.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(chromium fonts-noto-cjk node-typescript)
command -v node >/dev/null || packages+=(nodejs)
python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
Tools/install-packages.sh "${packages[@]}"
[ -x .venv-page/bin/python ] || python3 -m venv .venv-page
.venv-page/bin/python -m pip install --quiet -r Tests/Page/requirements.txt
