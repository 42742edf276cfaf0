"""The pixels of a plain image and of its mask."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import PngImagePlugin, TiffImagePlugin

from zoomiseg.errors import ManifestError

from ._aspect import require_same_aspect
from ._manifest import Pair

_COLOUR = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
"""A camera's note of how to turn an image is not followed, as slides do not follow it."""
_INDEXED = ("P", "1")
"""Pillow's names for pixels that are numbers of colours in a palette, and for 0 and 1."""
_INDEXED_FORMATS = (PngImagePlugin.PngImageFile, TiffImagePlugin.TiffImageFile)


def read_pair(pair: Pair) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a plain image, (H, W, 3) uint8 RGB, and its mask, (H, W) bool, of one size.

    Pixels and values are those of `open_slide` and `open_mask`: an image is not turned, a mask with a palette
    counts by its numbers, one of 1 bit is 0 and 1. Beyond what `open_mask` takes a mask may have 16 bits, and
    in colour it counts by the largest of its three channels. A mask of another size is brought to the image's
    by taking the nearest pixel.

    Raises:
        ManifestError: A file cannot be decoded, there is no mask, or the aspects differ by over 1%.
    """
    if pair.mask is None:
        raise ManifestError(f"{pair.slide.name} has no mask in its manifest.")
    image = np.asarray(_decoded(pair.slide, _content(pair.slide), _COLOUR), np.uint8)
    values = _values(pair.mask)
    mask = np.asarray(values > 0 if pair.mask_value is None else values == pair.mask_value)
    return image, mask if mask.shape == image.shape[:2] else _fitted(mask, image.shape[:2], pair)


def _values(path: Path) -> NDArray[Any]:
    data = _content(path)
    values = _indices(path, data)
    if values is None:
        values = _decoded(path, data, cv2.IMREAD_UNCHANGED)
    return values[..., :3].max(axis=2) if values.ndim == 3 else values


def _indices(path: Path, data: bytes) -> NDArray[np.uint8] | None:
    """Return the values of a mask with a palette or of 1 bit, of which OpenCV gives colours; else None."""
    for format_ in _INDEXED_FORMATS:
        try:
            image = format_(io.BytesIO(data))
        except (OSError, ValueError, SyntaxError):
            continue
        if image.mode not in _INDEXED:
            return None
        try:
            return np.asarray(image).astype(np.uint8)
        except (OSError, ValueError, SyntaxError) as error:
            raise _undecodable(path) from error
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error


def _decoded(path: Path, data: bytes, flags: int) -> NDArray[Any]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    if image is None:
        raise _undecodable(path)
    return np.asarray(image)


def _undecodable(path: Path) -> ManifestError:
    return ManifestError(f"{path} is not an image that can be decoded.")


def _fitted(mask: NDArray[np.bool_], shape: tuple[int, int], pair: Pair) -> NDArray[np.bool_]:
    size = shape[1], shape[0]
    assert pair.mask is not None
    require_same_aspect(pair.mask, (mask.shape[1], mask.shape[0]), pair.slide, size)
    resized = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized > 0)
