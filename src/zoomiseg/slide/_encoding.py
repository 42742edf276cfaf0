"""How the tiles of a written pyramid are compressed, and the TIFF tags that say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import cv2
import imagecodecs
import numpy as np

from ._backend import ImageArray

Reduction = Literal["area", "nearest"]

# Halved chroma costs coarse levels a third of their fidelity: there, nuclei are few pixels wide.
_FULL_COLOUR = (1, 1)


@dataclass(frozen=True, slots=True)
class JpegSlide:
    """RGB tiles as JPEG; the levels are plain reduced pages, all of which OpenSlide sees.

    Args:
        quality: 1 to 100.
    """

    quality: int
    channels: tuple[int, ...] = (3,)
    is_ome: bool = False
    tags: dict[str, Any] = field(
        default_factory=lambda: {"compression": "jpeg", "photometric": "ycbcr", "subsampling": _FULL_COLOUR}
    )

    def encode(self, tile: ImageArray) -> bytes:
        """Return the JPEG of a full tile (T, T, 3) uint8 RGB."""
        encoded = imagecodecs.jpeg8_encode(
            tile, level=self.quality, colorspace="RGB", outcolorspace="YCBCR", subsampling=_FULL_COLOUR
        )
        return bytes(encoded)

    def padded(self, tile: ImageArray, size: int) -> ImageArray:
        """Return the tile grown to its full size by its own border, which JPEG does not ring at."""
        return cv2.copyMakeBorder(
            tile, 0, size - tile.shape[0], 0, size - tile.shape[1], cv2.BORDER_REPLICATE
        ).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class DeflateMask:
    """Single-channel tiles by deflate; an OME-TIFF whose levels are SubIFDs, as Bio-Formats wants them."""

    channels: tuple[int, ...] = ()
    is_ome: bool = True
    tags: dict[str, Any] = field(default_factory=lambda: {"compression": "zlib", "photometric": "minisblack"})

    def encode(self, tile: ImageArray) -> bytes:
        """Return the deflated bytes of a full tile (T, T) uint8."""
        return bytes(imagecodecs.zlib_encode(tile.tobytes(), level=6))

    def padded(self, tile: ImageArray, size: int) -> ImageArray:
        """Return the tile grown to its full size by zeros."""
        return np.pad(tile, ((0, size - tile.shape[0]), (0, size - tile.shape[1])))


Encoding = JpegSlide | DeflateMask


def halved(pixels: ImageArray, reduction: Reduction) -> ImageArray:
    """Return (ceil(H/2), ceil(W/2), ...) of (H, W, ...): the mean, or the top left, of every 2 x 2 pixels.

    An odd last row or column is averaged with itself, so that nothing from outside the image enters.
    """
    if reduction == "nearest":
        return pixels[::2, ::2]
    height, width = pixels.shape[:2]
    even = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    reduced = cv2.resize(even, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return reduced.astype(np.uint8, copy=False)
