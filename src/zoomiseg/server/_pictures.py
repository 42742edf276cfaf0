"""Tiles as the bytes that a browser reads, and a bounded memory of them."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.slide import ImageArray

JPEG_QUALITY = 85
WEBP_QUALITY = 80
PNG_LEVEL = 1


def jpeg(rgb: ImageArray) -> bytes:
    """Return (H, W, 3) uint8 RGB as a JPEG."""
    return _saved(Image.fromarray(rgb), "JPEG", quality=JPEG_QUALITY)


def webp(rgb: ImageArray) -> bytes:
    """Return (H, W, 3) uint8 RGB as a WebP."""
    # Method 0 is the quickest, for a tenth more bytes.
    return _saved(Image.fromarray(rgb), "WEBP", quality=WEBP_QUALITY, method=0)


def mask_png(mask: NDArray[np.bool_]) -> bytes:
    """Return (H, W) bool as a palette PNG: red and opaque inside, nothing outside."""
    if not mask.any():
        return empty_mask_png(mask.shape[1], mask.shape[0])
    image = Image.fromarray(mask.astype(np.uint8))
    image.putpalette([0, 0, 0, 255, 0, 0])
    return _saved(image, "PNG", bits=1, transparency=0, compress_level=PNG_LEVEL)


@lru_cache(maxsize=512)
def empty_mask_png(width: int, height: int) -> bytes:
    """Return a mask tile with nothing in it."""
    image = Image.new("P", (width, height), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    return _saved(image, "PNG", bits=1, transparency=0, optimize=True)


def probability_png(probability: NDArray[np.float32]) -> bytes:
    """Return (H, W) float32 in [0, 1] as a grey PNG, 255 for 1."""
    grey = np.rint(probability * np.float32(255)).astype(np.uint8)
    return _saved(Image.fromarray(grey), "PNG", compress_level=PNG_LEVEL)


def _saved(image: Image.Image, form: str, **options: int | bool) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


class PictureCache:
    """Encoded tiles in bounded memory, the least recently used forgotten first; for any thread.

    Args:
        max_bytes: What they may weigh together.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What the kept tiles weigh at present."""
        return self._bytes

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            data = self._kept.get(key)
            if data is not None:
                self._kept.move_to_end(key)
            return data

    def put(self, key: Hashable, data: bytes) -> None:
        with self._lock:
            self._bytes += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._bytes > self._max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)
