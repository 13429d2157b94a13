"""A pool of pictures on disk: one folder per size with memory-mapped arrays, filled chunk by chunk.

pictures  [count, height, width, 3] uint8
clip, t5  [count, CAPTIONS, CAPTION_TOKENS] int16: token ids, padded
labels    [count, attributes] int8: see labels.py
done      [chunks] uint8: 1 when the chunk is complete
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .labels import ATTRIBUTES

CHUNK = 256
CAPTIONS = 4
CAPTION_TOKENS = 32

# Width and height in pixels, and the share of pictures of each size.
SIZES: dict[tuple[int, int], float] = {
    (128, 128): 0.58,
    (192, 128): 0.09,
    (128, 192): 0.09,
    (192, 192): 0.08,
    (256, 256): 0.06,
    (256, 192): 0.05,
    (192, 256): 0.05,
}


@dataclass
class Shelf:
    """The pool's pictures of one size."""

    size: tuple[int, int]
    pictures: np.ndarray
    clip: np.ndarray
    t5: np.ndarray
    labels: np.ndarray
    done: np.ndarray

    @property
    def ready(self) -> int:
        """Pictures that can be read: those of the complete chunks before the first incomplete one."""
        missing = np.flatnonzero(self.done == 0)
        return int(missing[0] if len(missing) else len(self.done)) * CHUNK


def folder_of(root: Path, size: tuple[int, int]) -> Path:
    """The folder of one size."""
    return root / f"{size[0]}x{size[1]}"


def create(root: Path, size: tuple[int, int], chunks: int):
    """Makes the empty arrays of one size; those of an interrupted run are kept."""
    folder, count = folder_of(root, size), chunks * CHUNK
    if (folder / "done.npy").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {
        "pictures": ((count, size[1], size[0], 3), np.uint8),
        "clip": ((count, CAPTIONS, CAPTION_TOKENS), np.int16),
        "t5": ((count, CAPTIONS, CAPTION_TOKENS), np.int16),
        "labels": ((count, len(ATTRIBUTES)), np.int8),
        "done": ((chunks,), np.uint8),
    }
    for name, (shape, dtype) in shapes.items():
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, shape).flush()


def open_shelf(root: Path, size: tuple[int, int], mode: str = "r") -> Shelf:
    """The arrays of one size, mapped."""
    names = ("pictures", "clip", "t5", "labels", "done")
    return Shelf(size, *(np.load(folder_of(root, size) / f"{name}.npy", mmap_mode=mode) for name in names))


def open_pool(root: Path) -> list[Shelf]:
    """Every size that the pool holds, in the order of SIZES."""
    return [open_shelf(root, size) for size in SIZES if (folder_of(root, size) / "done.npy").exists()]
