"""Kinds of batches: a captured step has one picture size and one text length."""

from dataclasses import dataclass

import torch

from .latents import LatentShelf

# Text lengths in T5 tokens with their shares of steps: most short, some as long as FLUX's limit of 512.
LENGTHS = {(128, 128): {32: 0.28, 64: 0.24, 128: 0.02, 256: 0.02, 512: 0.02}}
OTHER_LENGTHS = {64: 1.0}
SIZE_SHARES = {(192, 128): 0.09, (128, 192): 0.09, (192, 192): 0.08, (256, 256): 0.08, (256, 192): 0.04, (192, 256): 0.04}


@dataclass
class Bucket:
    """One kind of batch and how often it is drawn."""

    shelf: LatentShelf
    length: int
    batch: int
    share: float


def buckets_of(shelves: list[LatentShelf], tokens: int) -> list[Bucket]:
    """Every kind of batch, each of about `tokens` tokens of picture and text together."""
    buckets = []
    for shelf in shelves:
        lengths = LENGTHS.get(shelf.size) or {n: share * SIZE_SHARES[shelf.size] for n, share in OTHER_LENGTHS.items()}
        picture_tokens = shelf.size[0] * shelf.size[1] // 256
        for length, share in lengths.items():
            batch = max(1, tokens // (picture_tokens + length))
            buckets.append(Bucket(shelf, length, batch - batch % 8 if batch > 8 else batch, share))
    return buckets


def drawn(buckets: list[Bucket], generator: torch.Generator) -> int:
    """The index of the next batch's kind."""
    return int(torch.multinomial(torch.tensor([b.share for b in buckets]), 1, generator=generator))
