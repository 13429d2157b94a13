"""Scenes in words, said in many ways: sentences, lists of tags, with and without detail."""

import random

from .scene import Scene

PLACE_ALONE = {
    "hills": ["green hills", "rolling hills", "a meadow", "a landscape with hills"],
    "mountains": ["mountains", "snowy mountains", "a mountain landscape"],
    "sea": ["the sea", "the ocean", "a calm sea"],
    "desert": ["the desert", "sand dunes", "a desert with cactuses"],
    "snow": ["a snowy landscape", "a snowy field", "a winter landscape"],
    "forest": ["a forest", "a pine forest", "the woods"],
}
PLACE_ABOVE = {
    "hills": ["over green hills", "above the hills", "over a meadow"],
    "mountains": ["over the mountains", "above the mountains", "in the mountains"],
    "sea": ["over the sea", "above the ocean", "over the water"],
    "desert": ["over the desert", "above sand dunes", "in the desert"],
    "snow": ["over a snowy field", "above the snow", "in winter"],
    "forest": ["over a forest", "above the trees", "over the woods"],
}
PLACE_AROUND = {
    "hills": ["in green hills", "on a hill", "in a meadow", "on the grass"],
    "mountains": ["in the mountains", "in front of mountains", "near snowy mountains", "with mountains behind"],
    "sea": ["on the sea", "at sea", "by the ocean", "in the ocean"],
    "desert": ["in the desert", "among sand dunes", "in a sandy desert", "on the sand"],
    "snow": ["in the snow", "in a snowy field", "in winter", "in a snowy landscape"],
    "forest": ["in the forest", "in front of a forest", "near the woods", "in the woods"],
}
PALM_BY_THE_SEA = ["on an island", "on a small island", "by the sea", "on a beach"]
TIME = {
    "day": ["on a sunny day", "in the daytime", "under a blue sky", "by day", "on a clear day"],
    "sunset": ["at sunset", "at sunset", "at dusk", "in the evening", "under an orange sky"],
    "night": ["at night", "at night", "in the night", "at midnight"],
    "grey": ["on a cloudy day", "on a grey day", "under a grey sky", "in grey weather"],
}
PREFIXES = ["a picture of ", "a postcard of ", "an illustration of ", "a painting of ", "a drawing of "]


def caption(scene: Scene, rng: random.Random, complete: bool = False) -> str:
    """A caption of `scene`; it may leave attributes out unless `complete`."""
    if scene.subject == "shape":
        text = shape_words(scene, rng, complete)
    else:
        text = scene_words(scene, rng, complete)
    text = text.replace("a orange", "an orange")
    if rng.random() < 0.16:
        text = rng.choice(PREFIXES) + text
    if rng.random() < 0.15:
        text = text[0].upper() + text[1:]
    return text + ("." if rng.random() < 0.12 else "")


def shape_words(scene: Scene, rng: random.Random, complete: bool) -> str:
    """A plain shape in words."""
    color, shape, background = scene.color, scene.shape, scene.background
    ways = [
        f"a {color} {shape} on a {background} background",
        f"a {color} {shape} on {background}",
        f"{color} {shape}, {background} background",
        f"a {background} background with a {color} {shape}",
    ]
    return rng.choice(ways if complete else [*ways, f"a {color} {shape}"])


def scene_words(scene: Scene, rng: random.Random, complete: bool) -> str:
    """Subject, companion, place, time and details put together as a sentence or as tags."""
    subject = None if scene.subject == "landscape" else subject_words(scene, rng, complete)
    place, time = place_words(scene, rng), time_words(scene, rng)
    companion, details = companion_words(scene, rng), detail_words(scene, rng)
    if not complete:
        place = None if subject and rng.random() < 0.12 else place
        time = None if rng.random() < 0.15 else time
    if rng.random() < 0.16:
        return tags([w for w in (subject, place, time, companion, *details) if w], rng)
    text = sentence(subject, companion, place, time, rng)
    return text + rng.choice([", with ", " with ", ", "]) + " and ".join(details) if details else text


def tags(words: list[str], rng: random.Random) -> str:
    """`words` as a list of tags, the first staying first."""
    first, *rest = [w.removeprefix("a ") for w in words]
    rng.shuffle(rest)
    return ", ".join([first, *rest])


def sentence(subject, companion, place, time, rng: random.Random) -> str:
    """The parts as one phrase; place and time change places now and then."""
    if subject is None:
        return f"{place} {time}" if time else place
    main = subject + (rng.choice([" and ", " with "]) + companion if companion else "")
    if time and rng.random() < 0.1:
        return f"{time}, " + " ".join(w for w in (main, place) if w)
    where = [w for w in (place, time) if w]
    if rng.random() < 0.2:
        where.reverse()
    return " ".join([main, *where])


def subject_words(scene: Scene, rng: random.Random, complete: bool) -> str:
    """The subject with its colour, which is left out now and then unless `complete`."""
    color = scene.color
    if color and not complete and rng.random() < 0.07:
        color = None
    return rng.choice(SUBJECT_WORDS[scene.subject](scene, color))


def house_words(_, color):
    if color is None:
        return ["a house", "a cottage", "a little house"]
    roofed = [f"a {kind} with a {color} roof" for kind in ("house", "house", "cottage", "little house")]
    return [*roofed, f"a {color} house", f"a {color} house", f"a small {color} house", f"a {color} roofed house"]


def sailboat_words(_, color):
    if color is None:
        return ["a sailboat", "a boat", "a small sailing boat"]
    return [
        f"a sailboat with a {color} sail", f"a boat with {color} sails", f"a {color} sailboat", f"a {color} boat",
        f"a sailing boat with a {color} sail", f"a sailboat with {color} sails",
    ]  # fmt: skip


def lighthouse_words(_, color):
    if color is None:
        return ["a lighthouse", "a tall lighthouse"]
    return [f"a {color} lighthouse", f"a {color} and white lighthouse", f"a lighthouse with {color} stripes"]


def balloon_words(_, color):
    tint = f"{color} " if color else ""
    return [f"a {tint}hot air balloon", f"a {tint}hot air balloon", f"a {tint}balloon", f"a big {tint}balloon"]


def cat_words(_, color):
    tint = f"{color} " if color else ""
    return [f"a {tint}cat", f"a {tint}cat sitting", f"a {tint}kitten", f"a cute {tint}cat"]


def tree_words(scene, color):
    if scene.tree == "pine":
        return ["a pine tree", "a tall pine tree", "a fir tree"]
    if scene.tree == "palm":
        return ["a palm tree", "a palm", "a tall palm tree"]
    if color is None:
        return ["a tree", "a big tree"]
    special = {"pink": ["a cherry tree in blossom"], "orange": ["an autumn tree with orange leaves"]}.get(color, [])
    return [f"a {color} tree", f"a tree with {color} leaves", f"a big {color} tree", *special]


SUBJECT_WORDS = {
    "house": house_words, "sailboat": sailboat_words, "lighthouse": lighthouse_words,
    "balloon": balloon_words, "cat": cat_words, "tree": tree_words,
}  # fmt: skip


def place_words(scene: Scene, rng: random.Random) -> str:
    """Where the subject is."""
    if scene.subject == "tree" and scene.place == "sea":
        return rng.choice(PALM_BY_THE_SEA)
    ways = {"landscape": PLACE_ALONE, "balloon": PLACE_ABOVE}.get(scene.subject, PLACE_AROUND)
    return rng.choice(ways[scene.place])


def time_words(scene: Scene, rng: random.Random) -> str:
    """When it is."""
    ways = list(TIME[scene.time])
    if scene.stars:
        ways += ["under the stars", "under a starry sky"]
    if scene.time == "night" and scene.body:
        ways += ["in the moonlight", "under the moon"]
    return rng.choice(ways)


def detail_words(scene: Scene, rng: random.Random) -> list[str]:
    """At most two details of sky and weather, each said less often than not, and the rainbow nearly always."""
    said = []
    if scene.body == "full":
        said.append(rng.choice(["a full moon", "a round moon"]))
    if scene.body == "crescent":
        said.append(rng.choice(["a crescent moon", "a thin moon"]))
    if scene.body == "sun":
        said.append(rng.choice(["the sun", "a bright sun"] if scene.time == "day" else ["the setting sun", "a low sun"]))
    if scene.stars:
        said.append(rng.choice(["stars", "many stars"]))
    if scene.clouds:
        said.append(rng.choice(["clouds", "white clouds"]) if scene.time == "day" else "clouds")
    if scene.snowfall:
        said.append(rng.choice(["falling snow", "snowflakes"]))
    if scene.birds:
        said.append(rng.choice(["birds", "birds in the sky"]))
    said = [words for words in said if rng.random() < 0.4]
    rng.shuffle(said)
    rainbow = ["a rainbow"] if scene.rainbow and rng.random() < 0.9 else []
    return rainbow + said[:2]


def companion_words(scene: Scene, rng: random.Random) -> str | None:
    """The second thing in the picture, when it is said."""
    if scene.companion == "balloon" and rng.random() < 0.93:
        return rng.choice([f"a {scene.companion_color} hot air balloon", f"a {scene.companion_color} balloon"])
    if scene.companion == "pines" and rng.random() < 0.5:
        return rng.choice(["pine trees", "trees", "fir trees"])
    return None
