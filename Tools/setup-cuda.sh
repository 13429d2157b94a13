#!/usr/bin/env bash
# Brings the two libraries of CUDA that Sluice opens at run time, as wheels from PyPI into .venv; the driver is the system's.
# Safe to run again. `sluice doctor` says what is found where.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet nvidia-cuda-nvrtc-cu12 nvidia-cublas-cu12
echo "setup-cuda: $(ls .venv/lib/python3*/site-packages/nvidia/*/lib/lib{nvrtc,cublasLt}.so.12)"
if ! ldconfig -p 2>/dev/null | grep -q libcuda.so.1; then
    echo "setup-cuda: no NVIDIA driver here: install the one for your card, and pictures are drawn on it"
fi
