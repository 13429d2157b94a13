"""Everything behind the subject: sky, sun and moon, weather, and the land or sea."""

import math

import numpy as np
from PIL import Image, ImageDraw

from .canvas import Canvas
from .palette import CLOUD, LAND_LIGHT, SEA, SKY, WHITE, blend, lit, softened
from .scene import Scene
from .trees import draw_pine

RAINBOW = [(232, 70, 70), (246, 160, 60), (250, 220, 80), (90, 190, 100), (70, 130, 220), (140, 84, 190)]

# Three ridges from far to near: (drop below the horizon, height of the waves) in picture heights, and their colours.
RIDGES = {
    "hills": [(-0.02, 0.07, (142, 196, 116)), (0.09, 0.05, (108, 178, 88)), (0.20, 0.04, (78, 152, 70))],
    "mountains": [(0.02, 0.015, (122, 178, 108)), (0.10, 0.03, (98, 164, 84)), (0.21, 0.03, (74, 140, 66))],
    "desert": [(-0.01, 0.045, (240, 206, 146)), (0.08, 0.05, (230, 186, 116)), (0.20, 0.04, (214, 164, 92))],
    "snow": [(-0.01, 0.05, (222, 234, 246)), (0.09, 0.04, (236, 243, 251)), (0.20, 0.03, (247, 250, 254))],
    "forest": [(0.04, 0.012, (96, 152, 88)), (0.11, 0.02, (108, 166, 86)), (0.20, 0.025, (88, 148, 72))],
}


def draw_backdrop(canvas: Canvas, scene: Scene, rng) -> float:
    """Draws the whole backdrop of `scene`; the horizon's height in canvas pixels."""
    horizon = canvas.height * rng.uniform(0.58, 0.66)
    canvas.gradient(0, horizon, SKY[scene.time])
    canvas.box(0, horizon, canvas.width, canvas.height, SKY[scene.time][-1][1])
    if scene.stars:
        draw_stars(canvas, horizon, rng)
    body = draw_celestial_body(canvas, scene, horizon, rng)
    if scene.rainbow:
        draw_rainbow(canvas, horizon, rng)
    if scene.clouds:
        draw_clouds(canvas, scene, rng)
    if scene.birds:
        draw_birds(canvas, rng)
    if scene.place == "sea":
        draw_sea(canvas, scene, horizon, body, rng)
    else:
        draw_land(canvas, scene, horizon, rng)
    return horizon


def draw_stars(canvas: Canvas, horizon: float, rng):
    """Stars over the upper sky, as dense in every picture."""
    for _ in range(int(26 * canvas.width / canvas.height)):
        radius = canvas.unit * rng.choice([0.0045, 0.0045, 0.0075])
        canvas.disc(rng.uniform(0, canvas.width), rng.uniform(0, horizon * 0.85), radius, (250, 246, 220))


def draw_celestial_body(canvas: Canvas, scene: Scene, horizon: float, rng) -> tuple[float, float]:
    """Sun or moon; its horizontal position and radius, for the glitter on the sea."""
    x = canvas.width * rng.choice([rng.uniform(0.12, 0.34), rng.uniform(0.66, 0.88)])
    y, radius = canvas.height * rng.uniform(0.12, 0.24), canvas.unit * 0.075
    if scene.time == "sunset":
        y, radius = horizon - canvas.unit * rng.uniform(0.02, 0.12), canvas.unit * 0.10
    sky = canvas.color_at(x, y)
    if scene.body == "sun":
        day = scene.time == "day"
        core, halo = ((255, 226, 92), (255, 240, 170)) if day else ((255, 232, 140), (255, 190, 104))
        for size, share in ((1.75, 0.30), (1.35, 0.55)):
            canvas.disc(x, y, radius * size, blend(sky, halo, share))
        canvas.disc(x, y, radius, core)
    elif scene.body == "full":
        canvas.disc(x, y, radius * 1.5, blend(sky, (200, 206, 236), 0.22))
        canvas.disc(x, y, radius, (248, 244, 220))
        for dx, dy, size in ((-0.35, -0.2, 0.22), (0.3, 0.3, 0.18), (0.25, -0.4, 0.12)):
            canvas.disc(x + dx * radius, y + dy * radius, size * radius, (226, 220, 196))
    elif scene.body == "crescent":
        mask = Image.new("L", canvas.image.size, 0)
        draw, shift = ImageDraw.Draw(mask), radius * 0.55
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
        draw.ellipse([x - radius + shift, y - radius - shift * 0.35, x + radius + shift, y + radius - shift * 0.35], fill=0)
        canvas.overlay(mask, (252, 240, 190))
    return x, radius


def draw_rainbow(canvas: Canvas, horizon: float, rng):
    """Six translucent bands on a circle centred a little below the horizon."""
    x, y, band = canvas.width * rng.uniform(0.42, 0.58), horizon + canvas.unit * 0.06, canvas.unit * 0.020
    mask = Image.new("L", canvas.image.size, 0)
    draw = ImageDraw.Draw(mask)
    for i, color in enumerate(RAINBOW):
        radius = canvas.unit * 0.47 - i * band
        bounds = [x - radius, y - radius, x + radius, y + radius]
        draw.arc(bounds, 180, 360, fill=205, width=int(band) + 1)
        canvas.overlay(mask, color)
        draw.arc(bounds, 180, 360, fill=0, width=int(band) + 1)


def draw_clouds(canvas: Canvas, scene: Scene, rng):
    """Two or three clouds of five puffs on a flat base."""
    color = CLOUD[scene.time]
    for _ in range(rng.choice([2, 3])):
        x, y = rng.uniform(0.08, 0.92) * canvas.width, rng.uniform(0.1, 0.36) * canvas.height
        size = canvas.unit * rng.uniform(0.055, 0.085)
        for dx, dy, puff in ((-0.9, 0.05, 0.42), (-0.35, -0.22, 0.55), (0.3, -0.3, 0.6), (0.9, 0.02, 0.45), (0, 0.08, 0.5)):
            canvas.ellipse(x + dx * size, y + dy * size, puff * size, puff * 0.8 * size, color)
        canvas.box(x - 1.3 * size, y, x + 1.3 * size, y + 0.42 * size, color, 0.2 * size)


def draw_birds(canvas: Canvas, rng):
    """Three birds, each two wing strokes."""
    x0, y0, wing = rng.uniform(0.25, 0.75) * canvas.width, rng.uniform(0.12, 0.3) * canvas.height, canvas.unit * 0.028
    for _ in range(3):
        x, y = x0 + rng.uniform(-0.13, 0.13) * canvas.unit, y0 + rng.uniform(-0.07, 0.07) * canvas.unit
        for side, start, end in ((-1, 200, 325), (1, 215, 340)):
            canvas.arc(x + side * wing, y + 0.2 * wing, wing, 0.8 * wing, start, end, (54, 50, 66), canvas.unit * 0.008)


def draw_sea(canvas: Canvas, scene: Scene, horizon: float, body: tuple[float, float], rng):
    """Water down from the horizon, the light of sun or moon on it, and a dozen small waves."""
    unit, sea = canvas.unit, SEA[scene.time]
    far = SKY[scene.time][-1][1]
    canvas.gradient(horizon, canvas.height, [(0, blend(sea, far, 0.45)), (0.25, sea), (1, blend(sea, (10, 20, 60), 0.35))])
    if scene.body:
        x, radius = body
        light = {"sun": (255, 226, 150), "full": (220, 224, 240), "crescent": (220, 220, 214)}[scene.body]
        for i in range(7):
            y = horizon + (canvas.height - horizon) * (0.05 + 0.115 * i)
            reach = radius * (0.5 + 0.10 * i) * rng.uniform(0.7, 1.1)
            glitter = blend(sea, light, 0.45 if scene.time == "day" else 0.62)
            canvas.box(x - reach, y, x + reach, y + unit * 0.010, glitter, unit * 0.004)
    foam = blend(sea, WHITE, 0.16 if scene.time == "night" else 0.28)
    for _ in range(12):
        x, y = rng.uniform(0, canvas.width), rng.uniform(horizon + 0.05 * canvas.height, canvas.height)
        reach = unit * rng.uniform(0.02, 0.05)
        canvas.box(x - reach, y, x + reach, y + unit * 0.007, foam, unit * 0.003)


def draw_land(canvas: Canvas, scene: Scene, horizon: float, rng):
    """Mountains or woods where they belong, then three ridges, with cactuses or snowy pines on the middle one."""
    light, far = LAND_LIGHT[scene.time], SKY[scene.time][-1][1]
    if scene.place == "mountains":
        draw_mountains(canvas, horizon, far, light, rng)
    if scene.place == "forest":
        draw_forest(canvas, horizon, light, rng)
    for i, (drop, waves, color) in enumerate(RIDGES[scene.place]):
        x, y = ridge(canvas, horizon + drop * canvas.height, waves * canvas.height, rng)
        haze = (0.28, 0.08, 0)[i]
        canvas.polygon([(x[0], canvas.height), *zip(x, y), (x[-1], canvas.height)], lit(blend(color, far, haze), light))
        if i == 1 and scene.place == "snow":
            draw_snowy_pines(canvas, scene, x, y, light, rng)
        if i == 1 and scene.place == "desert":
            draw_cactuses(canvas, x, y, light, rng)


def ridge(canvas: Canvas, base: float, waves: float, rng) -> tuple[list[float], list[float]]:
    """A wavy line across the picture: two sines of random phase around `base`."""
    x = np.arange(0, canvas.width + 8, 4)
    y = np.zeros(len(x))
    for k in (1, 2):
        y += np.sin(x / canvas.width * 2 * math.pi * k * rng.uniform(0.6, 1.15) + rng.uniform(0, 6.3)) * 0.4 ** (k - 1)
    return x.tolist(), (base - waves * y / 1.4).tolist()


def draw_mountains(canvas: Canvas, horizon: float, far, light, rng):
    """Two rows of four peaks, a shaded side and a snow cap on each."""
    snow = lit((246, 249, 254), softened(light, 0.75))
    for layer, (share, color) in enumerate(((0.34, (128, 140, 172)), (0.26, (104, 116, 150)))):
        for i in range(4):
            x, y = canvas.width * (i + rng.uniform(0.1, 0.9)) / 4, horizon + canvas.unit * 0.03
            height = canvas.unit * share * rng.uniform(0.75, 1.1)
            width = height * rng.uniform(0.75, 0.95)
            rock = lit(blend(color, far, 0.25 - 0.15 * layer), light)
            canvas.polygon([(x - width, y), (x, y - height), (x + width, y)], rock)
            canvas.polygon([(x, y - height), (x + width, y), (x + width * 0.12, y)], blend(rock, (20, 20, 50), 0.22))
            cap = [(-0.36, 0.64), (0, 1), (0.36, 0.64), (0.162, 0.712), (0, 0.586), (-0.18, 0.7192)]
            canvas.polygon([(x + dx * width, y - dy * height) for dx, dy in cap], snow)


def draw_forest(canvas: Canvas, horizon: float, light, rng):
    """Two rows of pines across the picture, the far one paler."""
    for layer, (color, shade) in enumerate((((70, 130, 110), 0.86), ((40, 110, 82), 1.0))):
        count = int((11 - 2 * layer) * max(1, canvas.width / canvas.height))
        for i in range(count):
            height = canvas.unit * rng.uniform(0.20, 0.28) * (1 + 0.12 * layer)
            x, y = canvas.width * (i + rng.uniform(0.2, 0.8)) / count, horizon + canvas.unit * (0.04 + 0.03 * layer)
            draw_pine(canvas, x, y, height, tuple(shade * c for c in light), color=color)


def draw_snowy_pines(canvas: Canvas, scene: Scene, x, y, light, rng):
    """A few pines on a snowy ridge, none where a subject stands."""
    for _ in range(rng.choice([2, 3, 4])):
        at, height = rng.uniform(0.04, 0.96) * canvas.width, canvas.unit * rng.uniform(0.18, 0.26)
        if abs(at - canvas.width / 2) > 0.22 * canvas.width or scene.subject in ("landscape", "balloon"):
            draw_pine(canvas, at, float(np.interp(at, x, y)) + canvas.unit * 0.03, height, light, snowy=True)


def draw_cactuses(canvas: Canvas, x, y, light, rng):
    """One or two cactuses at the sides of a dune, each a trunk with two arms."""
    color = lit((70, 140, 84), light)
    for _ in range(rng.choice([1, 2])):
        at = canvas.width * rng.choice([rng.uniform(0.06, 0.24), rng.uniform(0.76, 0.94)])
        foot, height = float(np.interp(at, x, y)) + canvas.unit * 0.03, canvas.unit * rng.uniform(0.10, 0.15)
        thick = height * 0.22
        canvas.box(at - thick / 2, foot - height, at + thick / 2, foot, color, thick / 2)
        for side, level in ((-1, 0.45), (1, 0.6)):
            tip, joint = at + side * height * 0.36, foot - height * level
            canvas.box(min(at, tip), joint - thick * 0.35, max(at, tip), joint + thick * 0.35, color, thick * 0.3)
            canvas.box(tip - thick * 0.35, joint - height * 0.28, tip + thick * 0.35, joint + thick * 0.3, color, thick * 0.3)


def draw_snowfall(canvas: Canvas, rng):
    """Snowflakes over the whole picture."""
    for _ in range(int(46 * canvas.width / canvas.height)):
        radius = canvas.unit * rng.choice([0.006, 0.008, 0.011])
        canvas.disc(rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), radius, (250, 252, 255))
