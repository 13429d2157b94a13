"""A scene to a picture."""

import random

import numpy as np

from .backdrop import draw_backdrop, draw_snowfall
from .canvas import Canvas
from .palette import BACKGROUNDS, CAT_COLORS, COLORS, LAND_LIGHT, SUBJECT_LIGHT, WHITE, blend, lit, softened
from .scene import Scene
from .subjects import draw_balloon, draw_cat, draw_house, draw_lighthouse, draw_sailboat, draw_shape
from .trees import draw_palm, draw_pine, draw_round_tree


def render(scene: Scene, width: int, height: int, rng: random.Random) -> np.ndarray:
    """Draws `scene` with a layout of `rng`'s choosing: `[height, width, 3]`, 8 bits."""
    canvas = Canvas(width, height)
    if scene.subject == "shape":
        draw_plain(canvas, scene, rng)
        return canvas.picture()
    horizon = draw_backdrop(canvas, scene, rng)
    draw_subject(canvas, scene, horizon, rng)
    if scene.snowfall:
        draw_snowfall(canvas, rng)
    return canvas.picture()


def draw_plain(canvas: Canvas, scene: Scene, rng: random.Random):
    """A shape on an even background."""
    background = BACKGROUNDS[scene.background]
    canvas.gradient(0, canvas.height, [(0, blend(background, WHITE, 0.16)), (1, blend(background, (0, 0, 0), 0.06))])
    x, y = (side * (0.5 + rng.uniform(-0.05, 0.05)) for side in (canvas.width, canvas.height))
    draw_shape(canvas, x, y, canvas.unit * rng.uniform(0.24, 0.32), scene, COLORS[scene.color])


def draw_subject(canvas: Canvas, scene: Scene, horizon: float, rng: random.Random):
    """The subject and its companion in front of the backdrop."""
    unit, height, light = canvas.unit, canvas.height, SUBJECT_LIGHT[scene.time]
    x, ground = canvas.width * (0.5 + rng.uniform(-0.10, 0.10)), horizon + height * rng.uniform(0.17, 0.23)
    if scene.companion == "pines":
        draw_pines_beside(canvas, scene, x, ground, rng)
    if scene.companion == "balloon":
        side = rng.choice([-1, 1])
        at = canvas.width * (0.5 + side * rng.uniform(0.22, 0.32))
        if scene.subject == "lighthouse":
            x = canvas.width * (0.5 - side * 0.14)
        size = unit * rng.uniform(0.085, 0.10)
        draw_balloon(canvas, at, height * rng.uniform(0.17, 0.24), size, COLORS[scene.companion_color], light)
    if scene.subject == "house":
        if scene.place == "hills":
            draw_path(canvas, scene, x, ground)
        draw_house(canvas, x, ground, unit * rng.uniform(0.17, 0.21), COLORS[scene.color], scene, light, rng)
    elif scene.subject == "sailboat":
        size = unit * rng.uniform(0.19, 0.235)
        draw_sailboat(canvas, x, horizon + height * rng.uniform(0.12, 0.18), size, COLORS[scene.color], light)
    elif scene.subject == "lighthouse":
        y, size = horizon + height * rng.uniform(0.13, 0.18), unit * rng.uniform(0.175, 0.20)
        draw_lighthouse(canvas, x, y, size, COLORS[scene.color], scene, light)
    elif scene.subject == "balloon":
        y, size = height * rng.uniform(0.28, 0.36), unit * rng.uniform(0.18, 0.22)
        draw_balloon(canvas, x, y, size, COLORS[scene.color], light)
    elif scene.subject == "cat":
        y, size = horizon + height * rng.uniform(0.24, 0.29), unit * rng.uniform(0.19, 0.225)
        draw_cat(canvas, x, y, size, CAT_COLORS[scene.color], light)
    elif scene.subject == "tree":
        draw_tree(canvas, scene, x, horizon, ground, unit * rng.uniform(0.19, 0.23))


def draw_tree(canvas: Canvas, scene: Scene, x: float, horizon: float, ground: float, size: float):
    """The tree of `scene`; a palm by the sea stands on an island."""
    light = LAND_LIGHT[scene.time]
    if scene.tree == "round":
        draw_round_tree(canvas, x, ground, size, COLORS[scene.color], SUBJECT_LIGHT[scene.time])
    elif scene.tree == "pine":
        draw_pine(canvas, x, ground, size * 2.6, softened(light, 0.7), snowy=scene.place == "snow")
    else:
        if scene.place == "sea":
            ground = horizon + canvas.height * 0.16
            canvas.ellipse(x, ground + 0.025 * size, 1.6 * size, 0.325 * size, lit((240, 214, 150), light))
        draw_palm(canvas, x - 0.15 * size, ground, size * 1.05, light)


def draw_pines_beside(canvas: Canvas, scene: Scene, x: float, ground: float, rng: random.Random):
    """A pine on either side of a house, one of them missing now and then."""
    for side in (-1, 1):
        if rng.random() < 0.8:
            at, foot = x + side * canvas.unit * rng.uniform(0.27, 0.35), ground + canvas.unit * rng.uniform(-0.02, 0.02)
            draw_pine(canvas, at, foot, canvas.unit * rng.uniform(0.26, 0.34), LAND_LIGHT[scene.time], scene.place == "snow")


def draw_path(canvas: Canvas, scene: Scene, x: float, ground: float):
    """A path from a house's door to the lower edge."""
    unit, bottom = canvas.unit, canvas.height
    outline = [(x - unit * 0.03, ground - 2), (x + unit * 0.03, ground - 2), (x + unit * 0.10, bottom), (x - unit * 0.06, bottom)]
    canvas.polygon(outline, lit((226, 204, 158), LAND_LIGHT[scene.time]))
