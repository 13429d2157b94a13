"""Colour names and the light of each time of day. Colours are 8-bit RGB."""

RGB = tuple[int, int, int]

COLORS: dict[str, RGB] = {
    "red": (220, 54, 52),
    "orange": (245, 138, 44),
    "yellow": (250, 206, 62),
    "green": (66, 172, 84),
    "blue": (52, 108, 214),
    "purple": (138, 76, 190),
    "pink": (246, 140, 182),
    "white": (246, 246, 242),
}
CAT_COLORS: dict[str, RGB] = {
    "black": (38, 36, 44),
    "white": (246, 244, 240),
    "orange": (238, 146, 62),
    "grey": (140, 144, 154),
}
BACKGROUNDS: dict[str, RGB] = {
    "red": (232, 110, 104),
    "yellow": (252, 226, 130),
    "green": (150, 212, 150),
    "blue": (120, 172, 236),
    "purple": (178, 140, 216),
    "pink": (250, 190, 212),
    "white": (248, 247, 243),
    "black": (34, 34, 44),
}

WHITE: RGB = (255, 255, 255)
SNOW_WHITE: RGB = (246, 249, 253)
LAMP: RGB = (255, 216, 96)

# Gradient stops of the sky from the zenith (0) to the horizon (1).
SKY: dict[str, list[tuple[float, RGB]]] = {
    "day": [(0, (72, 158, 232)), (1, (206, 234, 250))],
    "sunset": [(0, (74, 58, 132)), (0.45, (222, 96, 110)), (0.8, (252, 166, 92)), (1, (255, 214, 130))],
    "night": [(0, (10, 14, 46)), (1, (46, 62, 122))],
    "grey": [(0, (134, 144, 158)), (1, (206, 211, 216))],
}
SEA: dict[str, RGB] = {"day": (44, 130, 196), "sunset": (176, 98, 120), "night": (24, 40, 92), "grey": (108, 126, 144)}
CLOUD: dict[str, RGB] = {"day": (252, 253, 255), "sunset": (250, 178, 160), "grey": (232, 234, 238)}

# Multipliers per channel: the land darkens more than the subject, so that subjects stay readable at night.
LAND_LIGHT = {"day": (1, 1, 1), "sunset": (1.0, 0.84, 0.78), "night": (0.42, 0.47, 0.70), "grey": (0.84, 0.86, 0.88)}
SUBJECT_LIGHT = {"day": (1, 1, 1), "sunset": (1.0, 0.92, 0.88), "night": (0.80, 0.80, 0.92), "grey": (0.93, 0.94, 0.95)}


def lit(color: RGB, light) -> RGB:
    """`color` under `light`, one multiplier a channel, clamped to 8 bits."""
    return tuple(int(max(0, min(255, c * m))) for c, m in zip(color, light))


def blend(a: RGB, b: RGB, share: float) -> RGB:
    """`a` with `share` (0…1) of `b` mixed in."""
    return tuple(int(x + (y - x) * share) for x, y in zip(a, b))


def softened(light, share: float):
    """`light` moved towards no light change: `share` of it is kept."""
    return tuple(1 - share + share * m for m in light)
