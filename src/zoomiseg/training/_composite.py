"""Tasks in which only the clicks tell: unmarked tissues joined along a shape, either of them the target."""

from __future__ import annotations

import cv2
import numpy as np

from zoomiseg.samples import optical_density

from ._library import Library
from ._stored import ImageArray, MaskArray

_COLOUR_MATCHED = 0.7


def composite(
    rng: np.random.Generator, library: Library, mpp: float, size: int
) -> tuple[ImageArray, MaskArray]:
    """Join two or three tissues along real mask shapes or random ones.

    The tissues' colours are mostly matched, so that texture must tell them apart.

    Returns:
        The image (size, size, 3) uint8 RGB, and the (size, size) mask of one of the tissues.
    """
    base = library.texture(rng, mpp, size)
    image, last = base, np.zeros((size, size), bool)
    for _ in range(2 if rng.random() < 0.3 else 1):
        other = library.texture(rng, mpp, size)
        if rng.random() < _COLOUR_MATCHED:
            other = matched_colour(other, base)
        last = _real_shape(rng, library, size) if rng.random() < 0.5 else random_shape(rng, size)
        image = _joined(image, other, last, softness=float(rng.uniform(0.5, 2.5)))
    return image, last if rng.random() < 0.5 else ~last


def matched_colour(image: ImageArray, reference: ImageArray) -> ImageArray:
    """Give an image the mean and deviation of another's optical densities, channel by channel."""
    density, wanted = optical_density(image), optical_density(reference)
    axes = (0, 1)
    spread = wanted.std(axes) / np.maximum(density.std(axes), 1e-3)
    matched = (density - density.mean(axes)) * np.clip(spread, 0.4, 2.5) + wanted.mean(axes)
    return np.asarray(np.clip(np.exp(-matched) * 255, 0, 255), np.uint8)


def random_shape(rng: np.random.Generator, size: int) -> MaskArray:
    """Threshold smooth noise: blobs, strands or one large front, covering 10% to 70% of (size, size)."""
    sigma = size * float(np.exp(rng.uniform(np.log(0.02), np.log(0.16))))
    coarse = max(int(size * 4 / max(sigma, 4.0)), 8)
    noise = rng.standard_normal((coarse, coarse)).astype(np.float32)
    enlarged = cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(enlarged, (0, 0), max(sigma / 3, 1.0))
    return np.asarray(smooth > np.quantile(smooth, 1 - rng.uniform(0.1, 0.7)))


def _real_shape(rng: np.random.Generator, library: Library, size: int) -> MaskArray:
    mask = library.piece(rng, 1.1, limit=size).mask
    scaled = cv2.resize(mask.astype(np.uint8), (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(scaled > 0)


def _joined(image: ImageArray, other: ImageArray, shape: MaskArray, *, softness: float) -> ImageArray:
    alpha = cv2.GaussianBlur(shape.astype(np.float32), (0, 0), softness)[..., None]
    return np.asarray(np.rint(image * (1 - alpha) + other * alpha), np.uint8)
