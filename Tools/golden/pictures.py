"""Writes Tests/GalleryTests/Golden: what scikit-image measures, and files in which other programs' settings stand.

    cd Tools && python -m golden.pictures
"""

import json
import math
from pathlib import Path

import numpy as np
import piexif
import piexif.helper
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.restoration import estimate_sigma

from . import foreign_settings as foreign

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "GalleryTests" / "Golden"
LUMA = np.array([0.2126, 0.7152, 0.0722])
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    pictures = scenes()
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(GOLDEN / f"{name}.png", optimize=True)
    golden = {
        "made_by": "cd Tools && python -m golden.pictures",
        "pictures": {name: measurements(pixels) for name, pixels in pictures.items()},
        "pairs": [pair(pictures, *names) for names in (("scene", "drafted"), ("scene", "dark"), ("dark", "drafted"))],
        "noise": [noise(pattern, sigma) for pattern in PATTERNS for sigma in (1, 2, 4, 8, 16)],
    }
    (GOLDEN / "measurements.json").write_text(json.dumps(golden, indent=1) + "\n")
    write_settings()


def scenes() -> dict[str, np.ndarray]:
    """Shaded discs before a slope; the same blurred, with more contrast and noise; and nearly black."""
    height, width = 72, 96
    rows, columns = np.mgrid[0:height, 0:width].astype(float)
    scene = np.stack([40 + columns, 90 + 0.5 * rows, 160 - 0.8 * columns], axis=-1)
    for x, y, radius, colour in ((30, 30, 18, (220, 60, 40)), (66, 40, 22, (30, 160, 90)), (50, 60, 9, (240, 230, 120))):
        distance = np.hypot(columns - x, rows - y)
        shade = np.clip(1.2 - distance / radius / 2, 0, 1)[..., None]
        scene = np.where((distance < radius)[..., None], shade * np.array(colour), scene)
    random = np.random.default_rng(7)
    drafted = 128 + 1.2 * (ndimage.gaussian_filter(scene, (1, 1, 0)) - 128)
    return {
        "scene": eight_bit(scene + random.normal(0, 3, scene.shape)),
        "drafted": eight_bit(drafted + random.normal(0, 6, scene.shape)),
        "dark": eight_bit(scene / 16 - 8 + random.normal(0, 4, scene.shape)),
    }


def eight_bit(values: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def measurements(pixels: np.ndarray) -> dict:
    encoded = pixels / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    luminance, luma = linear @ LUMA, pixels @ LUMA
    low, high = np.percentile(rgb2lab(pixels)[..., 0], (5, 95), method="inverted_cdf")
    rounded = np.floor(luma + 0.5).astype(int)
    return {
        "contrastRMS": luminance.std() / luminance.mean(),
        "contrastLightness": high - low,
        "noise": immerkaer(luma),
        "sharpness": inside(luma, LAPLACIAN).var(),
        "clippedShare": float(np.mean((rounded == 0) | (rounded == 255))),
        "histograms": {
            name: np.bincount(values.ravel(), minlength=256).tolist()
            for name, values in (*zip("rgb", np.moveaxis(pixels, -1, 0)), ("y", rounded))
        },
    }


def inside(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The convolution where all neighbours are in the picture."""
    return ndimage.correlate(values, kernel.astype(float))[1:-1, 1:-1]


def immerkaer(luma: np.ndarray) -> float:
    # Exact in units of a ten-thousandth, so that equal gradients stay equal.
    units = np.round(luma * 10_000)
    gradient = inside(units, SOBEL) ** 2 + inside(units, SOBEL.T) ** 2
    kept = gradient <= np.percentile(gradient, 90, method="inverted_cdf")
    return math.sqrt(math.pi / 2) / 6 * np.abs(inside(units, NOISE))[kept].mean() / 10_000


def pair(pictures: dict[str, np.ndarray], first: str, second: str) -> dict:
    a, b = pictures[first], pictures[second]
    return {
        "first": first,
        "second": second,
        "psnr": peak_signal_noise_ratio(a / 255, b / 255, data_range=1),
        "ssim": structural_similarity(
            a @ LUMA / 255, b @ LUMA / 255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1
        ),
        "meanDifference": np.abs(a / 255 - b / 255).mean(),
    }


PATTERNS = {
    "flat": lambda x, y: np.full(x.shape, 128.0),
    "ramp": lambda x, y: 80 + x * 96 / 511,
    "sine": lambda x, y: 128 + 40 * np.sin((x + y) / 6),
    "checkerboard": lambda x, y: np.where((x // 64 + y // 64) % 2 == 0, 96.0, 160.0),
}


def noise(pattern: str, sigma: float) -> dict:
    """scikit-image's estimate for a picture that the tests make again; `mean` tells whether it is the same."""
    rows, columns = np.mgrid[0:512, 0:512].astype(float)
    picture = eight_bit(PATTERNS[pattern](columns, rows) + sigma * normal(512 * 512).reshape(512, 512))
    return {"pattern": pattern, "deviation": sigma, "mean": picture.mean(), "estimate": float(estimate_sigma(picture.astype(float)))}


def normal(count: int) -> np.ndarray:
    """Box and Muller's normal numbers over SplitMix64 with seed 1, as the tests draw them."""
    with np.errstate(over="ignore"):
        bits = np.uint64(1) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        bits = (bits ^ bits >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ bits >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        bits = bits ^ bits >> np.uint64(31)
    uniform = ((bits >> np.uint64(11)).astype(float) + 0.5) / 2**53
    radius, angle = np.sqrt(-2 * np.log(uniform[0::2])), 2 * math.pi * uniform[1::2]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def write_settings() -> None:
    picture = Image.new("RGB", (2, 2), (200, 100, 50))
    for name, texts in foreign.PNG.items():
        info = PngInfo()
        for keyword, (text, compressed) in texts.items():
            info.add_text(keyword, text, zip=compressed)
        picture.save(GOLDEN / name, pnginfo=info)
    for name, (text, order) in foreign.EXIF.items():
        comment = piexif.helper.UserComment.dump(text, encoding="unicode")
        if order == "little":
            comment = b"UNICODE\0" + text.encode("utf-16-le")
        exif = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: comment}})
        picture.save(GOLDEN / name, exif=exif)
    (GOLDEN / "settings.json").write_text(json.dumps(foreign.EXPECTED, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
