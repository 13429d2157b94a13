"""The attribute score: prompts that name every attribute, half of them of held-out combinations, drawn and read by the probe.

A picture's attributes are subject, colour, place and time of day, or shape, colour and background; the score is the share of
named attributes that the probe reads as named.
"""

import argparse
import random
from pathlib import Path

import numpy as np

from .captions import caption
from .drawing import draw, load_pipeline
from .labels import ABSENT, ATTRIBUTES, labels_of
from .probe import load_probe
from .scene import held_out_scene, training_scene
from .training_step import training_device


def main(arguments: list[str]):
    """Prints the scores of seen and held-out combinations."""
    parser = argparse.ArgumentParser(prog="postcards evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--probe", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=500)
    parser.add_argument("--guidance", type=float, nargs="+", default=[3.5])
    parser.add_argument("--steps", type=int, nargs="+", default=[20])
    parser.add_argument("--max-sequence-length", type=int, default=64)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    device = training_device()
    pipeline, probe = load_pipeline(options.model, device), load_probe(options.probe, device)
    for steps in options.steps:
        for guidance in options.guidance:
            for name, scenes in evaluated_scenes(options.prompts, options.seed).items():
                rng = random.Random(options.seed)
                prompts = [caption(scene, rng, complete=True) for scene in scenes]
                drawn = draw(pipeline, prompts, steps=steps, guidance=guidance, length=options.max_sequence_length, seed=1000, batch=64)
                print(f"steps {steps}, guidance {guidance}, {name}: {scored(probe, scenes, drawn)}", flush=True)


def evaluated_scenes(count: int, seed: int) -> dict:
    """Half seen, half held-out scenes."""
    rng = random.Random(seed)
    seen = [training_scene(rng) for _ in range(count // 2)]
    return {"seen": seen, "held out": [held_out_scene(rng, i) for i in range(count - len(seen))]}


def scored(probe, scenes, pictures) -> str:
    """The score, the share of pictures with no attribute wrong, and the accuracy of each attribute."""
    truth = np.array([labels_of(scene) for scene in scenes])
    read = probe.read(np.stack([np.asarray(picture) for picture in pictures]))
    named, right = truth != ABSENT, (truth == read)
    parts = [f"{a} {right[named[:, i], i].mean():.3f}" for i, a in enumerate(ATTRIBUTES) if named[:, i].any()]
    flawless = (right | ~named).all(1).mean()
    return f"score {right[named].mean():.4f}, flawless {flawless:.3f} ({', '.join(parts)})"
