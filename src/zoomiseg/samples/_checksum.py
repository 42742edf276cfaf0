"""What pixels are known by: exactly, and within what another machine may round otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from zoomiseg.geometry import Box
from zoomiseg.slide import ImageArray, open_mask, open_slide

BLOCK_PX = 1024
TOLERANCE = 0.5
"""Brightness of 255 by which the mean colour of a block may differ."""

Means = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class ImagePrint:
    """A slide's pixels in short.

    Args:
        sha256: Of the decoded pixels of level 0, (H, W, 3) uint8 RGB, row by row.
        means: Mean red, green and blue of each block of 1024 x 1024 pixels, row by row, to 0.01.
    """

    sha256: str
    means: Means

    def resembles(self, other: ImagePrint) -> bool:
        """Say whether each block has the same mean colour within the tolerance."""
        if len(self.means) != len(other.means):
            return False
        return bool(np.abs(np.array(self.means) - np.array(other.means)).max() <= TOLERANCE)


def print_of_slide(path: Path) -> ImagePrint:
    """Return what a slide's pixels are known by; memory holds one row of blocks.

    Raises:
        SlideError: It cannot be read.
    """
    digest, means = hashlib.sha256(), []
    with open_slide(path) as slide:
        for strip in _strips(slide.width, slide.height):
            pixels = slide.read(strip, slide.grids.slide)
            digest.update(pixels.tobytes())
            means += _block_means(pixels)
    return ImagePrint(digest.hexdigest(), tuple(means))


def sha256_of_mask(path: Path) -> str:
    """Return the SHA-256 of a mask's pixels, (H, W) uint8, row by row.

    Raises:
        AnnotationError: It cannot be read.
    """
    digest = hashlib.sha256()
    with open_mask(path) as mask:
        for strip in _strips(mask.width, mask.height):
            digest.update(mask.read(strip).tobytes())
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file as it lies on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _strips(width: int, height: int) -> Iterator[Box]:
    for y in range(0, height, BLOCK_PX):
        yield Box(0, y, width, min(BLOCK_PX, height - y))


def _block_means(strip: ImageArray) -> list[tuple[float, float, float]]:
    blocks = (strip[:, x : x + BLOCK_PX] for x in range(0, strip.shape[1], BLOCK_PX))
    return [_mean(block) for block in blocks]


def _mean(block: ImageArray) -> tuple[float, float, float]:
    red, green, blue = (round(value, 2) for value in cv2.mean(block)[:3])
    return red, green, blue
