"""Fills a pool with rendered pictures, their captions' tokens and their labels, on many cores; resumes where it stopped."""

import argparse
import multiprocessing
import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from . import pool
from .captions import caption
from .labels import labels_of
from .render import render
from .scene import any_scene, training_scene
from .tokenizer_training import END, load_clip, load_t5


def main(arguments: list[str]):
    """Renders until the pool has the wanted number of pictures."""
    parser = argparse.ArgumentParser(prog="postcards render", description=__doc__)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--tokenizers", type=Path, required=True, help="folder with tokenizer/ and tokenizer_2/")
    parser.add_argument("--pictures", type=int, required=True, help="over all sizes")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--square", action="store_true", help="only 128x128, for the probe")
    parser.add_argument("--held-out-too", action="store_true", help="draw all combinations, for the probe")
    options = parser.parse_args(arguments)
    sizes = {(128, 128): 1.0} if options.square else pool.SIZES
    jobs = planned(options.pool, sizes, options.pictures)
    started = time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, spawn, start_worker, (options,)) as workers:
        for finished, _ in enumerate(workers.map(fill_chunk, jobs), 1):
            if finished % 200 == 0 or finished == len(jobs):
                rate = finished * pool.CHUNK / (time.monotonic() - started)
                print(f"rendered {finished * pool.CHUNK} of {len(jobs) * pool.CHUNK}, {rate:.0f}/s", flush=True)


def planned(root: Path, sizes: dict[tuple[int, int], float], pictures: int) -> list[tuple[tuple[int, int], int]]:
    """The chunks still to be drawn as (size, chunk), ordered so that all sizes grow together."""
    jobs = []
    for size, share in sizes.items():
        chunks = max(1, round(pictures * share / pool.CHUNK))
        pool.create(root, size, chunks)
        done = pool.open_shelf(root, size).done
        jobs += [(i / len(done), size, i) for i in range(len(done)) if not done[i]]
    return [(size, i) for _, size, i in sorted(jobs)]


def start_worker(options: argparse.Namespace):
    """Loads what every chunk of this process needs."""
    global WORKER
    os.nice(5)
    clip, t5 = load_clip(options.tokenizers / "tokenizer"), load_t5(options.tokenizers / "tokenizer_2")
    clip.enable_truncation(pool.CAPTION_TOKENS)
    clip.enable_padding(length=pool.CAPTION_TOKENS, pad_id=clip.token_to_id(END), pad_token=END)
    t5.enable_truncation(pool.CAPTION_TOKENS)
    t5.enable_padding(length=pool.CAPTION_TOKENS, pad_id=0, pad_token="<pad>")
    WORKER = (options, clip, t5)


def fill_chunk(job: tuple[tuple[int, int], int]):
    """Draws one chunk; the same seed, size and chunk number always give the same pictures."""
    size, chunk = job
    options, clip, t5 = WORKER
    rng = random.Random(f"{options.seed}/{size}/{chunk}")
    choose = any_scene if options.held_out_too else training_scene
    scenes = [choose(rng) for _ in range(pool.CHUNK)]
    texts = [caption(scene, rng) for scene in scenes for _ in range(pool.CAPTIONS)]
    shelf = pool.open_shelf(options.pool, size, "r+")
    rows = slice(chunk * pool.CHUNK, (chunk + 1) * pool.CHUNK)
    shelf.pictures[rows] = np.stack([render(scene, *size, rng) for scene in scenes])
    for tokenizer, ids in ((clip, shelf.clip), (t5, shelf.t5)):
        tokens = np.array([encoding.ids for encoding in tokenizer.encode_batch(texts)], np.int16)
        ids[rows] = tokens.reshape(pool.CHUNK, pool.CAPTIONS, pool.CAPTION_TOKENS)
    shelf.labels[rows] = [labels_of(scene) for scene in scenes]
    shelf.done[chunk] = 1
