"""Writes Tests/Golden: model folders, golden tensors, noise.json, schedule.json and manifest.json.

    cd Tools && python -m golden.models
    cd Tools && python -m golden.models --wide DIRECTORY    larger models, not committed

With the versions of requirements.txt a second run changes no byte.
"""

from . import environment  # isort: skip  (first: it sets what torch reads when it is imported)

import argparse
import hashlib
import json
import platform
import re
import shutil
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file

from . import folder, noise, schedule, stages
from .configurations import CONFIGURATIONS, WIDE, Configuration
from .distance import psnr, relative_l2

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
PACKAGES = ("torch", "diffusers", "transformers", "tokenizers", "sentencepiece", "safetensors", "numpy", "pillow")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wide", type=Path, metavar="DIRECTORY", help="write only the wide models, there")
    wide = parser.parse_args().wide
    if wide is not None:
        for configuration in WIDE:
            write(configuration, wide / configuration.name)
        return
    for configuration in CONFIGURATIONS:
        write(configuration, GOLDEN / configuration.name)
    write_json(GOLDEN / "noise.json", noise.vectors())
    write_json(GOLDEN / "schedule.json", schedule.vectors())
    write_manifest(GOLDEN)


def write(configuration: Configuration, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    model, request, variant = out / "model", configuration.request, configuration.storage.variant
    folder.write(configuration, model, GOLDEN / "Tokenizers")
    full = stages.tensors(stages.load(model, torch.float32, variant), request)
    half = stages.bf16_tensors(stages.load(model, torch.bfloat16, variant), request)
    exact = in_double(configuration, model, full["noise.packed"])
    save_file(full | half, out / "golden.safetensors")
    (out / "golden.safetensors").chmod(0o644)
    final, pixels = full["latents.final"], full["pixels"]
    write_json(
        out / "golden.json",
        {
            "request": asdict(request) | {"seed": str(request.seed)},
            "transformer": asdict(configuration.transformer),
            "clip_ids": full["clip.ids"].tolist(),
            "t5_ids": full["t5.ids"].tolist(),
            "mu": schedule.mu(request.width, request.height) if configuration.static_shift is None else None,
            # How far this model carries rounding errors: distances of whole runs from the f32 run.
            "bf16_latents_relative_l2": significant(relative_l2(half["bf16.latents.final"], final)),
            "bf16_psnr_db": significant(psnr(half["bf16.pixels"], pixels)),
            "f64_latents_relative_l2": significant(relative_l2(exact, final)),
            "latents_std": significant(final.std().item()),
            "pixels_std": significant(pixels.double().std().item()),
        },
    )
    print(out, flush=True)


def in_double(configuration: Configuration, model: Path, packed: torch.Tensor) -> torch.Tensor:
    """Final latents when all matrix products are taken in f64 (RoPE, sinusoid and the Euler step stay f32)."""
    pipeline = stages.load(model, torch.float64, configuration.storage.variant)
    return stages.generate(pipeline, configuration.request, packed[None].double())[1][-1]


def significant(value: float) -> float:
    return float(f"{value:.3g}")


def write_json(path: Path, content) -> None:
    """Indented, but with every list of plain values on one line."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    flat = re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\n\s*", " ", found[0]), text)
    path.write_text(flat + "\n")


def write_manifest(out: Path) -> None:
    owned = [out / "noise.json", out / "schedule.json", *(out / "Tokenizers").rglob("*")]
    for configuration in CONFIGURATIONS:
        owned += (out / configuration.name).rglob("*")
    files = sorted(path for path in owned if path.is_file())
    write_json(
        out / "manifest.json",
        {
            "made_by": "cd Tools && python -m golden.models",
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
            "settings": environment.SETTINGS,
            "seeds": {item.name: {"weights": item.seed, "noise": str(item.request.seed)} for item in CONFIGURATIONS},
            "files": {
                path.relative_to(out).as_posix(): {
                    "bytes": path.stat().st_size,
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                }
                for path in files
            },
        },
    )


if __name__ == "__main__":
    main()
