"""Attributes as class numbers: what the probe learns to read from a picture."""

from .palette import BACKGROUNDS, COLORS
from .scene import PLACES, SHAPES, SUBJECTS, TIMES, Scene

ATTRIBUTES: dict[str, list[str]] = {
    "subject": SUBJECTS,
    "color": [*COLORS, "black", "grey"],
    "place": PLACES,
    "time": TIMES,
    "shape": SHAPES,
    "background": list(BACKGROUNDS),
}
ABSENT = -1


def labels_of(scene: Scene) -> list[int]:
    """The class of each attribute, ABSENT where it does not apply."""
    values = [(names, getattr(scene, attribute)) for attribute, names in ATTRIBUTES.items()]
    return [names.index(value) if value is not None else ABSENT for names, value in values]
