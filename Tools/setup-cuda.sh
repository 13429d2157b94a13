#!/usr/bin/env bash
# Brings the two libraries of CUDA that Sluice opens at run time, as wheels from PyPI into .venv; the driver is the system's.
# Safe to run again. `sluice doctor` says what is found where.
#
# --compiler brings the compiler alone, which the tests put every kernel through: it needs neither a card nor a driver.
set -euo pipefail
cd "$(dirname "$0")/.."

# The compiler of 12.8 is the first that knows compute capability 12.0.
wheels=(nvidia-cuda-nvrtc-cu12==12.9.86 nvidia-cublas-cu12==12.9.1.4)
case "${1:-}" in
--compiler) wheels=("${wheels[0]}") ;;
'') ;;
*) echo "setup-cuda: unknown option $1" >&2; exit 2 ;;
esac

has() { compgen -G ".venv/lib/python3*/site-packages/${1//-/_}-$2.dist-info" >/dev/null; }
missing=()
for wheel in "${wheels[@]}"; do has "${wheel%==*}" "${wheel#*==}" || missing+=("$wheel"); done
if [ ${#missing[@]} -gt 0 ]; then
    echo "setup-cuda: installing ${missing[*]}"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install --quiet "${missing[@]}"
fi
[ "${1:-}" = --compiler ] && exit
echo "setup-cuda: $(ls .venv/lib/python3*/site-packages/nvidia/*/lib/lib{nvrtc,cublasLt}.so.12)"
if ! ldconfig -p 2>/dev/null | grep -q libcuda.so.1; then
    echo "setup-cuda: no NVIDIA driver here: install the one for your card, and pictures are drawn on it"
fi
