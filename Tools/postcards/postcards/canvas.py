"""A drawing surface larger than the picture, reduced at the end so that edges are smooth."""

import math

import numpy as np
from PIL import Image, ImageDraw

from .palette import RGB

SUPERSAMPLING = 3


class Canvas:
    """Draws in supersampled pixels, origin top left; `unit` is the length that sizes of things are measured in."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width * SUPERSAMPLING, height * SUPERSAMPLING
        self.unit = min(math.sqrt(self.width * self.height), 1.25 * min(self.width, self.height))
        self.image = Image.new("RGB", (self.width, self.height))
        self.draw = ImageDraw.Draw(self.image)

    def gradient(self, top: float, bottom: float, stops: list[tuple[float, RGB]]):
        """Fills the rows `top` to `bottom` with a vertical gradient over `stops` (position 0…1, colour)."""
        first, last = int(top), min(self.height, math.ceil(bottom))
        position = np.linspace(0, 1, last - first)
        places = [p for p, _ in stops]
        rows = np.stack([np.interp(position, places, [c[k] for _, c in stops]) for k in range(3)], -1)
        column = Image.fromarray(rows.astype(np.uint8)[:, None])
        self.image.paste(column.resize((self.width, last - first), Image.Resampling.NEAREST), (0, first))

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: RGB):
        """An ellipse around (x, y)."""
        self.draw.ellipse([x - rx, y - ry, x + rx, y + ry], fill=color)

    def disc(self, x: float, y: float, radius: float, color: RGB):
        """A circle around (x, y)."""
        self.ellipse(x, y, radius, radius, color)

    def box(self, x0: float, y0: float, x1: float, y1: float, color: RGB, radius: float = 0):
        """A rectangle from (x0, y0) to (x1, y1), its corners rounded by `radius`."""
        if radius:
            self.draw.rounded_rectangle([x0, y0, x1, y1], radius, fill=color)
        else:
            self.draw.rectangle([x0, y0, x1, y1], fill=color)

    def polygon(self, points, color: RGB):
        """A filled polygon."""
        self.draw.polygon(points, fill=color)

    def line(self, points, color: RGB, width: float):
        """Straight strokes through `points`, `width` wide."""
        self.draw.line(points, fill=color, width=max(1, int(width)))

    def arc(self, x: float, y: float, rx: float, ry: float, start: float, end: float, color: RGB, width: float):
        """A stroke along an ellipse around (x, y) from `start` to `end` degrees, clockwise from the right."""
        self.draw.arc([x - rx, y - ry, x + rx, y + ry], start, end, fill=color, width=max(2, int(width)))

    def color_at(self, x: float, y: float) -> RGB:
        """The colour at (x, y), clamped into the canvas."""
        return self.image.getpixel((int(min(max(x, 0), self.width - 1)), int(min(max(y, 0), self.height - 1))))

    def overlay(self, mask: Image.Image, color: RGB):
        """`color` laid on through `mask`, an 8-bit picture as large as the canvas."""
        self.image.paste(color, (0, 0), mask)

    def picture(self) -> np.ndarray:
        """The reduced picture, `[height, width, 3]`, 8 bits."""
        return np.asarray(self.image.reduce(SUPERSAMPLING))
