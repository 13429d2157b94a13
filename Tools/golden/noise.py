"""Vectors of torch's CPU generator: what `torch.randn` gives for a seed, bit by bit."""

import hashlib

import torch

SEEDS = (0, 1, 5, 42, 2**32 - 1, 2**32 + 5, 0x123456789ABCDEF, 2**63, 2**64 - 1)
# Below 16, at 16, multiples of 16, and lengths with a tail.
COUNTS = (1, 2, 7, 8, 15, 16, 17, 20, 31, 32, 33, 64, 100)
DTYPES = {"f32": (torch.float32, torch.int32, 32), "bf16": (torch.bfloat16, torch.int16, 16)}


def vectors() -> dict:
    return {
        "note": "Bit patterns as unsigned integers. `draws` are consecutive calls on one generator.",
        "uniform": [uniform(seed) for seed in SEEDS],
        "normal": [normal(seed, (count,), name) for name in DTYPES for seed in SEEDS for count in COUNTS],
        "continued": [normal(42, draws, name) for name in DTYPES for draws in ((64, 64), (5, 5), (3, 64, 3), (33, 17))],
        "million": [million(seed, name) for name in DTYPES for seed in (0, 42, 2**64 - 1)],
    }


def uniform(seed: int) -> dict:
    """The first 700 f32 uniforms, past the first refill of the generator's 624 words: 24-bit integers of 2^-24."""
    values = torch.rand(700, generator=torch.Generator("cpu").manual_seed(seed))
    integers = (values.double() * 2**24).long()
    return {"seed": str(seed), "first": integers[:16].tolist(), "last": integers[-16:].tolist()}


def normal(seed: int, draws: tuple[int, ...], name: str) -> dict:
    generator = torch.Generator("cpu").manual_seed(seed)
    values = [torch.randn(count, generator=generator, dtype=DTYPES[name][0]) for count in draws]
    return {"seed": str(seed), "dtype": name, "draws": draws, "bits": bits(torch.cat(values), name)}


def million(seed: int, name: str) -> dict:
    count = 2**20
    values = torch.randn(count, generator=torch.Generator("cpu").manual_seed(seed), dtype=DTYPES[name][0])
    digest = hashlib.sha256(values.view(DTYPES[name][1]).numpy().tobytes()).hexdigest()
    return {"seed": str(seed), "dtype": name, "count": count, "sha256": digest, "last": bits(values[-8:], name)}


def bits(values: torch.Tensor, name: str) -> list[int]:
    _, integer, width = DTYPES[name]
    return [value % 2**width for value in values.view(integer).tolist()]
