"""A tile's pixels, also from slides whose own pyramid is too short for it."""

from __future__ import annotations

import numpy as np

from zoomiseg.geometry import Box
from zoomiseg.slide import ImageArray, Slide

from ._pyramid import DeepZoom

# A tile of 256 pixels is read from at most 4096 x 4096 at once.
_MOST_REDUCTION = 16


def level_pixels(slide: Slide, zoom: DeepZoom, level: int, box: Box) -> ImageArray:
    """Return (H, W, 3) uint8 RGB of a box in pixels of a Deep Zoom level, which lies inside the level.

    Raises:
        SlideError: They cannot be decoded.
    """
    wanted = zoom.downsample(level)
    at_hand = max(
        (slide.width / width for width, _ in slide.levels if slide.width <= width * wanted), default=1
    )
    if wanted <= at_hand * _MOST_REDUCTION:
        return slide.read(box, zoom.grid(level, slide.mpp))
    finer = box.scaled(2).intersection(zoom.grid(level + 1, slide.mpp).box)
    assert finer is not None, "the box lies inside the level"
    pixels = np.empty((finer.height, finer.width, 3), np.uint8)
    for quadrant in _quadrants(finer):
        pixels[quadrant.slices_in(finer)] = level_pixels(slide, zoom, level + 1, quadrant)
    return _halved(pixels)


def _quadrants(box: Box) -> list[Box]:
    columns = (box.x, (box.width + 1) // 2), (box.x + (box.width + 1) // 2, box.width // 2)
    rows = (box.y, (box.height + 1) // 2), (box.y + (box.height + 1) // 2, box.height // 2)
    return [Box(x, y, width, height) for y, height in rows for x, width in columns if width and height]


def _halved(pixels: ImageArray) -> ImageArray:
    odd = pixels.shape[0] % 2, pixels.shape[1] % 2
    even = np.pad(pixels, ((0, odd[0]), (0, odd[1]), (0, 0)), mode="edge").astype(np.uint16)
    total = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    halved: ImageArray = ((total + 2) // 4).astype(np.uint8)
    return halved
