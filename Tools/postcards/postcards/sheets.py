"""Contact sheets: the prompts of a file over guidance, steps, sizes and text lengths."""

import argparse
from pathlib import Path

from PIL import Image

from .drawing import draw, load_pipeline
from .training_step import training_device

GUIDANCE = [1.0, 2.0, 3.5, 5.0]
STEPS = [4, 10, 20, 50]
SIZES = [(192, 128), (128, 192), (192, 192), (256, 256)]
LENGTHS = [32, 512]
GAP = 4


def main(arguments: list[str]):
    """Draws the sheets into a folder, one file per setting."""
    parser = argparse.ArgumentParser(prog="postcards sheets", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--prompts", type=Path, required=True, help="one prompt a line")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=["guidance", "steps", "sizes", "lengths"], default=["guidance", "steps", "sizes", "lengths"])
    options = parser.parse_args(arguments)
    pipeline = load_pipeline(options.model, training_device())
    prompts = options.prompts.read_text(encoding="utf-8").split("\n")
    prompts = [p for p in prompts if p]
    options.out.mkdir(parents=True, exist_ok=True)
    settings = {
        "guidance": {f"guidance-{g}": {"guidance": g} for g in GUIDANCE},
        "steps": {f"steps-{n}": {"steps": n} for n in STEPS},
        "sizes": {f"size-{w}x{h}": {"size": (w, h)} for w, h in SIZES},
        "lengths": {f"length-{n}": {"length": n} for n in LENGTHS},
    }
    for kind in options.only:
        for name, setting in settings[kind].items():
            sheet(draw(pipeline, prompts, **setting)).save(options.out / f"{name}.png")


def sheet(pictures: list[Image.Image], columns: int = 6) -> Image.Image:
    """Pictures of one size in rows."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for i, picture in enumerate(pictures):
        whole.paste(picture, ((i % columns) * (width + GAP), (i // columns) * (height + GAP)))
    return whole
