"""What a postcard shows: its attributes, how they are drawn at random, and the combinations held out of training."""

import random
from dataclasses import dataclass

from .palette import BACKGROUNDS, CAT_COLORS, COLORS

SUBJECTS = ["house", "sailboat", "lighthouse", "balloon", "tree", "cat", "landscape", "shape"]
PLACES = ["hills", "mountains", "sea", "desert", "snow", "forest"]
TIMES = ["day", "sunset", "night", "grey"]
SHAPES = ["circle", "square", "triangle", "star", "heart"]
TREES = ["round", "pine", "palm"]

SUBJECT_WEIGHTS = {"house": 22, "sailboat": 15, "lighthouse": 11, "balloon": 15, "tree": 13, "cat": 14, "landscape": 6, "shape": 14}
TIME_WEIGHTS = {"day": 32, "sunset": 25, "night": 28, "grey": 15}


@dataclass(frozen=True)
class Scene:
    """One postcard's attributes; `None` where an attribute does not apply."""

    subject: str
    color: str | None = None
    place: str | None = None
    time: str | None = None
    tree: str | None = None
    shape: str | None = None
    background: str | None = None
    body: str | None = None  # sun, full (moon), crescent (moon)
    stars: bool = False
    clouds: bool = False
    rainbow: bool = False
    snowfall: bool = False
    birds: bool = False
    companion: str | None = None  # balloon, pines
    companion_color: str | None = None


# Never shown in training: they tell whether subject, colour, place and time compose.
HELD_OUT = [
    {"subject": "house", "color": "purple", "time": "night"},
    {"subject": "house", "color": "blue", "place": "desert"},
    {"subject": "sailboat", "color": "green", "time": "sunset"},
    {"subject": "sailboat", "color": "pink", "time": "night"},
    {"subject": "balloon", "color": "pink", "place": "desert"},
    {"subject": "balloon", "color": "yellow", "place": "snow"},
    {"subject": "cat", "color": "orange", "place": "snow"},
    {"subject": "cat", "color": "black", "time": "sunset"},
    {"subject": "lighthouse", "color": "green", "time": "night"},
    {"subject": "tree", "color": "pink", "time": "sunset"},
    {"subject": "shape", "shape": "star", "color": "green", "background": "purple"},
    {"subject": "shape", "shape": "heart", "color": "blue", "background": "pink"},
]


def is_held_out(scene: Scene) -> bool:
    """Whether `scene` is one of the combinations kept out of training."""
    return any(all(getattr(scene, k) == v for k, v in combination.items()) for combination in HELD_OUT)


def training_scene(rng: random.Random) -> Scene:
    """A random scene that is not held out."""
    while is_held_out(scene := any_scene(rng)):
        pass
    return scene


def held_out_scene(rng: random.Random, index: int) -> Scene:
    """A random scene of the held-out combination `index` (modulo their count), so that all are met equally often."""
    wanted = HELD_OUT[index % len(HELD_OUT)]
    while True:
        scene = any_scene(rng, wanted["subject"])
        if all(getattr(scene, k) == v for k, v in wanted.items()):
            return scene


def any_scene(rng: random.Random, subject: str | None = None) -> Scene:
    """A random scene, of `subject` when it is given."""
    subject = subject or weighted(rng, SUBJECT_WEIGHTS)
    if subject == "shape":
        color = rng.choice(list(COLORS))
        background = rng.choice([b for b in BACKGROUNDS if b != color])
        return Scene(subject, color, shape=rng.choice(SHAPES), background=background)
    time = weighted(rng, TIME_WEIGHTS)
    place, tree, color = placed(rng, subject)
    companion, companion_color = None, None
    if subject in ("house", "sailboat", "cat", "lighthouse") and rng.random() < 0.22:
        companion, companion_color = "balloon", rng.choice([c for c in COLORS if c != color])
    elif subject == "house" and rng.random() < 0.35 and place not in ("desert", "forest"):
        companion = "pines"
    return Scene(
        subject, color, place, time, tree,
        body=celestial_body(rng, time),
        stars=time == "night" and rng.random() < 0.75,
        clouds=rng.random() < {"day": 0.5, "grey": 0.5, "sunset": 0.25, "night": 0}[time],
        rainbow=time in ("day", "grey") and rng.random() < 0.12,
        snowfall=place == "snow" and rng.random() < 0.5,
        birds=time in ("day", "sunset") and rng.random() < 0.12,
        companion=companion, companion_color=companion_color,
    )  # fmt: skip


def placed(rng: random.Random, subject: str) -> tuple[str, str | None, str | None]:
    """Place, kind of tree and colour that go together for `subject`."""
    if subject == "sailboat":
        return "sea", None, rng.choice(list(COLORS))
    if subject == "lighthouse":
        return "sea", None, rng.choice(["red", "blue", "green", "orange", "purple"])
    if subject == "tree":
        return planted(rng)
    land = [p for p in PLACES if p != "sea"]
    if subject == "house":
        return rng.choice(land), None, rng.choice(list(COLORS))
    if subject == "cat":
        return rng.choice(land), None, rng.choice(list(CAT_COLORS))
    return rng.choice(PLACES), None, rng.choice(list(COLORS)) if subject == "balloon" else None


def planted(rng: random.Random) -> tuple[str, str, str | None]:
    """A place with the tree that grows there; only round trees have a colour."""
    place = rng.choice(["hills", "mountains", "snow", "desert", "sea"])
    if place in ("desert", "sea"):
        return place, "palm", None
    if place == "snow" or rng.random() < 0.25:
        return place, "pine", None
    return place, "round", rng.choice(["green", "pink", "orange", "red", "yellow"])


def celestial_body(rng: random.Random, time: str) -> str | None:
    """The sun or moon in the sky at `time`, if any."""
    if time == "night":
        return rng.choice(["full", "full", "crescent", "crescent", None])
    return "sun" if rng.random() < {"day": 0.55, "sunset": 0.8, "grey": 0}[time] else None


def weighted(rng: random.Random, weights: dict[str, float]) -> str:
    """A key of `weights`, as likely as its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
