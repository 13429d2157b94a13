"""Draws a contact sheet of two series of PNGs, pair by pair, and a PSNR table in Markdown.

    python Tools/oracle/sheet.py --prompts prompts.txt --left sluice/*.png --right diffusers/*.png \
        --names sluice diffusers --out sheet.png --table sheet.md

One prompt per line; pictures in the same order.
"""

import argparse
import sys
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from compare import pixels, psnr

GAP, CAPTION, FONT = 6, 40, 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--left", type=Path, nargs="+", required=True)
    parser.add_argument("--right", type=Path, nargs="+", required=True)
    parser.add_argument("--names", nargs=2, default=("left", "right"))
    parser.add_argument("--columns", type=int, default=4, help="pairs in a row")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    prompts = [line for line in options.prompts.read_text().splitlines() if line.strip()]
    if not len(prompts) == len(options.left) == len(options.right):
        sys.exit(f"{len(prompts)} prompts, {len(options.left)} left and {len(options.right)} right pictures")
    sheet(prompts, options.left, options.right, options.columns).save(options.out)
    if options.table:
        options.table.write_text(table(prompts, options.left, options.right, options.names))


def sheet(prompts: list[str], left: list[Path], right: list[Path], columns: int) -> Image.Image:
    pairs = [(Image.open(a).convert("RGB"), Image.open(b).convert("RGB")) for a, b in zip(left, right)]
    width = max(a.width + b.width for a, b in pairs) + 3 * GAP
    height = max(max(a.height, b.height) for a, b in pairs) + CAPTION + GAP
    rows = -(-len(pairs) // columns)
    canvas = Image.new("RGB", (width * columns, height * rows), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(FONT)
    for index, (prompt, (a, b)) in enumerate(zip(prompts, pairs)):
        x, y = index % columns * width + GAP, index // columns * height + GAP
        canvas.paste(a, (x, y))
        canvas.paste(b, (x + a.width + GAP, y))
        caption = textwrap.fill(prompt, max(16, (width - 2 * GAP) * 2 // FONT))
        draw.text((x, y + max(a.height, b.height) + 2), caption, "black", font)
    return canvas


def table(prompts: list[str], left: list[Path], right: list[Path], names: tuple[str, str]) -> str:
    values = [psnr(pixels(a) - pixels(b)) for a, b in zip(left, right)]
    lines = [f"| # | prompt | PSNR {names[0]} against {names[1]}, dB |", "|--:|---|--:|"]
    lines += [f"| {i} | {prompt} | {value:.1f} |" for i, (prompt, value) in enumerate(zip(prompts, values), 1)]
    return "\n".join([*lines, f"| | smallest | {min(values):.1f} |"]) + "\n"


if __name__ == "__main__":
    main()
