#!/usr/bin/env python3
"""Times the whole command, from nothing to a PNG: sluice against a Python process that imports diffusers and draws the same picture.

Runs alternate (A B A B …), so that a machine whose speed drifts is fair to both; the ratio is taken pair by pair.

    make build && Benchmarks/cold_start.py --python .venv/bin/python
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROMPT = "a red house in the mountains at sunset"


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=str(ROOT / ".venv/bin/python"), help="an interpreter with diffusers")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--dtype", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--max-sequence-length", type=int, default=64)
    options = parser.parse_args()

    model = ROOT / "Sources/Postcards/Resources/model"
    shared = ["--width", str(options.size), "--height", str(options.size), "--steps", str(options.steps), "--seed", "1",
              "--max-sequence-length", str(options.max_sequence_length), "--dtype", options.dtype]
    with tempfile.TemporaryDirectory() as folder:
        sluice = [str(ROOT / ".build/release/sluice"), "generate", PROMPT, *shared, "--quiet", "--out", f"{folder}/a.png"]
        peer = [options.python, str(ROOT / "Tools/oracle/diffusers_generate.py"), str(model), PROMPT, *shared,
                "--out", f"{folder}/b.png", "--latents", f"{folder}/b.safetensors"]
        timed(sluice), timed(peer)
        pairs = [(timed(sluice), timed(peer)) for _ in range(options.pairs)]

    def row(name: str, values: list[float], unit: str) -> None:
        print(f"{name:10} {min(values):8.2f} {statistics.median(values):8.2f} {max(values):8.2f} {unit}")

    print(f"{options.size}×{options.size}, {options.steps} steps, {options.dtype}, {options.pairs} pairs\n{'':10} {'min':>8} {'median':>8} {'max':>8}")
    row("sluice", [a for a, _ in pairs], "s")
    row("diffusers", [b for _, b in pairs], "s")
    row("ratio", [b / a for a, b in pairs], "×")


if __name__ == "__main__":
    main()
