"""The things postcards show. (x, y) is where a thing stands (a balloon: its middle); `size` is in canvas pixels."""

import math

import numpy as np

from .canvas import Canvas
from .palette import BACKGROUNDS, LAMP, RGB, SKY, SNOW_WHITE, WHITE, blend, lit
from .scene import Scene


def scaled(x: float, y: float, size: float, points):
    """`points` given in multiples of `size` around (x, y), in canvas pixels."""
    return [(x + dx * size, y + dy * size) for dx, dy in points]


def draw_balloon(canvas: Canvas, x: float, y: float, size: float, color: RGB, light):
    """A striped hot air balloon with its basket."""
    color = lit(color, light)
    dark, pale = blend(color, (20, 20, 40), 0.22), blend(color, WHITE, 0.38)
    for side in (-0.28, 0.28):
        canvas.line(scaled(x, y, size, [(side, 0.62), (side * 0.55, 1.2)]), lit((70, 56, 48), light), size * 0.045)
    canvas.polygon(scaled(x, y, size, [(-0.80, 0.42), (0.80, 0.42), (0.27, 0.98), (-0.27, 0.98)]), color)
    canvas.polygon(scaled(x, y, size, [(-0.26, 0.5), (0.26, 0.5), (0.1, 0.98), (-0.1, 0.98)]), pale)
    top, bottom = y - 0.95 * size, y + 0.8 * size
    middle, half = (top + bottom) / 2, (bottom - top) / 2
    canvas.ellipse(x, middle, 0.9 * size, half, color)
    canvas.draw.chord([x - 0.9 * size, top, x + 0.9 * size, bottom], -62, 62, fill=dark)
    canvas.ellipse(x, middle, 0.62 * size, half, color)
    canvas.ellipse(x, middle, 0.30 * size, half, pale)
    canvas.box(x - 0.2 * size, y + 1.15 * size, x + 0.2 * size, y + 1.45 * size, lit((132, 88, 52), light), 0.05 * size)


def draw_house(canvas: Canvas, x: float, y: float, size: float, color: RGB, scene: Scene, light, rng):
    """A cottage: `color` is its roof's; its windows are lit unless it is day; snow lies on it in the snow."""
    wall = lit(rng.choice([(250, 238, 214), (246, 228, 204), (252, 246, 236)]), light)
    roof, snow = lit(color, light), lit(SNOW_WHITE, light)
    pane = lit((142, 196, 232), light) if scene.time == "day" else LAMP

    def box(x0, y0, x1, y1, fill, radius=0.0):
        canvas.box(x + x0 * size, y + y0 * size, x + x1 * size, y + y1 * size, fill, radius * size)

    box(0.52, -1.72, 0.74, -1.1, lit((172, 96, 80), light))
    if scene.place == "snow":
        box(0.49, -1.78, 0.77, -1.68, snow)
    box(-0.85, -0.95, 0.85, 0, wall)
    box(0.45, -0.95, 0.85, 0, blend(wall, (60, 50, 70), 0.16))
    canvas.polygon(scaled(x, y, size, [(-1.1, -0.88), (-0.62, -1.62), (0.62, -1.62), (1.1, -0.88)]), roof)
    eaves = [(-1.1, -0.88), (-1.03, -0.99), (1.03, -0.99), (1.1, -0.88)]
    canvas.polygon(scaled(x, y, size, eaves), blend(roof, (30, 20, 40), 0.25))
    if scene.place == "snow":
        canvas.polygon(scaled(x, y, size, [(-0.70, -1.5), (-0.62, -1.68), (0.62, -1.68), (0.70, -1.5)]), snow)
    box(-0.17, -0.6, 0.17, 0, blend(roof, (60, 30, 20), 0.25), 0.1)
    for at in (-0.55, 0.55):
        box(at - 0.19, -0.68, at + 0.19, -0.3, lit(WHITE, light))
        box(at - 0.14, -0.63, at + 0.14, -0.35, pane)


def draw_sailboat(canvas: Canvas, x: float, y: float, size: float, color: RGB, light):
    """A boat with two sails of `color` and its reflection."""
    color = lit(color, light)
    water = canvas.color_at(2, y + 0.3 * size)
    canvas.line(scaled(x, y, size, [(0, -2.1), (0, -0.2)]), lit((92, 66, 46), light), 0.08 * size)
    canvas.polygon(scaled(x, y, size, [(0.08, -2.05), (0.08, -0.42), (1.05, -0.42)]), color)
    canvas.polygon(scaled(x, y, size, [(-0.08, -1.8), (-0.08, -0.42), (-0.78, -0.42)]), blend(color, WHITE, 0.34))
    hull = [(-1.05, -0.28), (1.15, -0.28), (0.72, 0.16), (-0.68, 0.16)]
    canvas.polygon(scaled(x, y, size, hull), lit((128, 78, 46), light))
    rail = [(-1.05, -0.28), (1.15, -0.28), (1.06, -0.18), (-0.98, -0.18)]
    canvas.polygon(scaled(x, y, size, rail), lit((248, 240, 226), light))
    for i in range(3):
        reach, top = size * (0.9 - 0.2 * i), y + (0.22 + 0.16 * i) * size
        canvas.box(x - reach, top, x + reach, top + 0.06 * size, blend(color, water, 0.45), 2)


def draw_lighthouse(canvas: Canvas, x: float, y: float, size: float, color: RGB, scene: Scene, light):
    """A striped tower on a rock; its lamp throws two beams at night and at sunset."""
    color, white = lit(color, light), lit((250, 248, 242), light)
    canvas.ellipse(x, y + 0.1 * size, 1.2 * size, 0.4 * size, lit((112, 100, 98), light))
    canvas.ellipse(x - 0.125 * size, y - 0.035 * size, 0.825 * size, 0.285 * size, lit((142, 128, 120), light))
    if scene.time in ("night", "sunset"):
        beam = blend((255, 236, 160), SKY[scene.time][1][1], 0.55)
        for side in (-3.2, 3.2):
            canvas.polygon(scaled(x, y, size, [(0, -2.92), (side, -3.5), (side, -2.4)]), beam)
    for stripe in range(5):
        low, high = stripe / 5, (stripe + 1) / 5
        w0, w1 = 0.46 - 0.16 * low, 0.46 - 0.16 * high
        outline = [(-w0, -2.55 * low), (w0, -2.55 * low), (w1, -2.55 * high), (-w1, -2.55 * high)]
        canvas.polygon(scaled(x, y, size, outline), white if stripe % 2 else color)
    canvas.box(x - 0.42 * size, y - 2.66 * size, x + 0.42 * size, y - 2.55 * size, lit((60, 56, 66), light))
    canvas.box(x - 0.24 * size, y - 3.05 * size, x + 0.24 * size, y - 2.66 * size, (255, 228, 120))
    canvas.polygon(scaled(x, y, size, [(-0.36, -3.05), (0, -3.45), (0.36, -3.05)]), color)


def draw_cat(canvas: Canvas, x: float, y: float, size: float, color: RGB, light):
    """A sitting cat that looks at you."""
    color = lit(color, light)
    paw = blend(color, (20, 16, 30), 0.18) if sum(color) > 200 else blend(color, WHITE, 0.12)
    canvas.arc(x + 0.675 * size, y - 0.585 * size, 0.575 * size, 0.565 * size, -100, 120, color, 0.19 * size)
    canvas.ellipse(x, y - 0.655 * size, 0.58 * size, 0.695 * size, color)
    for side in (-1, 1):
        ear = [(side * 0.50, -2.22), (side * 0.53, -1.55), (side * 0.08, -1.82)]
        inner = [(side * 0.45, -2.05), (side * 0.46, -1.7), (side * 0.22, -1.82)]
        canvas.polygon(scaled(x, y, size, ear), color)
        canvas.polygon(scaled(x, y, size, inner), lit((240, 160, 160), light))
    canvas.ellipse(x, y - 1.515 * size, 0.58 * size, 0.465 * size, color)
    for side in (-1, 1):
        eye = x + side * 0.24 * size
        canvas.ellipse(eye, y - 1.52 * size, 0.12 * size, 0.14 * size, (176, 220, 96))
        canvas.ellipse(eye, y - 1.52 * size, 0.055 * size, 0.12 * size, (24, 22, 30))
        canvas.ellipse(x + side * 0.2 * size, y - 0.065 * size, 0.17 * size, 0.115 * size, paw)
    canvas.polygon(scaled(x, y, size, [(-0.07, -1.36), (0.07, -1.36), (0, -1.27)]), (236, 130, 140))


def draw_shape(canvas: Canvas, x: float, y: float, size: float, scene: Scene, color: RGB):
    """A plain shape with a soft shadow on the background's colour."""
    shadow = blend(BACKGROUNDS[scene.background], (0, 0, 0), 0.22)
    for offset, fill in ((0.07 * size, shadow), (0, color)):
        cx, cy = x + offset, y + offset
        if scene.shape == "circle":
            canvas.disc(cx, cy, size, fill)
        else:
            canvas.polygon(scaled(cx, cy, size, outline(scene.shape)), fill)


def outline(shape: str):
    """The corners of `shape` around the origin, about one unit in radius."""
    if shape == "square":
        return [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]
    if shape == "triangle":
        return [(0, -1), (0.95, 0.75), (-0.95, 0.75)]
    if shape == "star":
        radii = [1.1 if i % 2 == 0 else 0.473 for i in range(10)]
        return [(r * math.sin(i * math.pi / 5), -r * math.cos(i * math.pi / 5)) for i, r in enumerate(radii)]
    angle = np.linspace(0, 2 * math.pi, 60)
    x = np.sin(angle) ** 3
    y = -(13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)) / 16 - 0.1
    return list(zip(x.tolist(), y.tolist()))
