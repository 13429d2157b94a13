"""Pines, palms and round trees. (x, y) is the middle of the foot; sizes are canvas pixels."""

import math

import numpy as np

from .canvas import Canvas
from .palette import RGB, WHITE, blend, lit, softened


def draw_pine(canvas: Canvas, x: float, y: float, height: float, light, snowy: bool = False, color: RGB = (36, 104, 70)):
    """Three tiers on a short trunk, capped with snow when `snowy`."""
    canvas.box(x - height * 0.04, y - height * 0.14, x + height * 0.04, y, lit((104, 72, 48), light))
    for tier in range(3):
        reach, bottom = height * (0.30 - 0.07 * tier), y - height * (0.12 + 0.25 * tier)
        top = bottom - height * 0.40
        green = lit(blend(color, (90, 170, 110), 0.13 * tier), light)
        canvas.polygon([(x - reach, bottom), (x, top), (x + reach, bottom)], green)
        if snowy:
            edge = bottom - 0.232 * height
            canvas.polygon([(x - reach * 0.42, edge), (x, top), (x + reach * 0.42, edge)], lit((240, 246, 252), light))


def draw_palm(canvas: Canvas, x: float, y: float, size: float, light):
    """A bent trunk with six leaves."""
    light = softened(light, 0.7)
    bend = [(x + 0.35 * size * f**2, y - 2.1 * size * f) for f in np.linspace(0, 1, 8)]
    for segment in zip(bend, bend[1:]):
        canvas.line(segment, lit((150, 104, 64), light), max(2, 0.17 * size))
    cx, cy = bend[-1]
    for i, degrees in enumerate((-170, -140, -100, -60, -25, 5)):
        dx, dy = math.cos(math.radians(degrees)), 0.75 * size * math.sin(math.radians(degrees))
        tip, middle = (cx + 1.15 * size * dx, cy + dy + 0.35 * size), (cx + 0.62 * size * dx, cy + dy - 0.12 * size)
        leaf = lit((46, 148, 78) if i % 2 else (82, 178, 92), light)
        upper, lower = (middle[0], middle[1] - 0.13 * size), (middle[0], middle[1] + 0.16 * size)
        canvas.polygon([(cx, cy), upper, tip, lower], leaf)


def draw_round_tree(canvas: Canvas, x: float, y: float, size: float, color: RGB, light):
    """A crown of four discs with lighter spots on a tapering trunk."""
    color = lit(color, light)
    trunk = [(-0.16, 0), (0.16, 0), (0.09, -1), (-0.09, -1)]
    canvas.polygon([(x + dx * size, y + dy * size) for dx, dy in trunk], lit((112, 76, 52), light))
    for dx, dy, radius, shade in ((-0.55, -1.25, 0.62, 0.12), (0.55, -1.25, 0.62, 0.16), (0, -1.75, 0.78, 0), (0, -1.2, 0.72, 0)):
        canvas.disc(x + dx * size, y + dy * size, radius * size, blend(color, (20, 20, 40), shade))
    for dx, dy, radius in ((-0.3, -1.95, 0.22), (0.12, -1.55, 0.18), (-0.5, -1.4, 0.15)):
        canvas.disc(x + dx * size, y + dy * size, radius * size, blend(color, WHITE, 0.25))
