"""Says how far two latent files, or two PNGs, are apart.

    python Tools/oracle/compare.py A B [--max-relative-l2 2e-4] [--min-psnr 50]

B is the reference. With a limit, the exit code is 1 when it is passed.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("value", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--max-relative-l2", type=float, default=math.inf)
    parser.add_argument("--min-psnr", type=float, default=-math.inf)
    options = parser.parse_args()
    if options.value.suffix == ".safetensors":
        distance = relative_l2(options.value, options.reference)
        print(f"relative L2 {distance:.3e}")
        sys.exit(not distance <= options.max_relative_l2)
    error = pixels(options.value) - pixels(options.reference)
    decibels = psnr(error)
    print(f"PSNR {decibels:.2f} dB, mean error {np.abs(error).mean():.4f}, largest {np.abs(error).max():.0f} of 255")
    sys.exit(not decibels >= options.min_psnr)


def relative_l2(value: Path, reference: Path) -> float:
    a, b = (load_file(path)["latents"].astype(np.float64) for path in (value, reference))
    if a.shape != b.shape:
        sys.exit(f"{value} holds latents {list(a.shape)}, {reference} {list(b.shape)}")
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)


def psnr(error: np.ndarray) -> float:
    mean = float(np.square(error).mean())
    return math.inf if mean == 0 else 10 * math.log10(255**2 / mean)


if __name__ == "__main__":
    main()
