#!/usr/bin/env bash
# Installs what the page's tests need: Debian's Chromium, Node, TypeScript and Chinese fonts, and Playwright and axe from PyPI into .venv-page.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for package in chromium fonts-noto-cjk node-typescript; do
    dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
command -v node >/dev/null || missing+=(nodejs)
if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
[ -x .venv-page/bin/python ] || python3 -m venv .venv-page
.venv-page/bin/python -m pip install --quiet -r Tests/Page/requirements.txt
