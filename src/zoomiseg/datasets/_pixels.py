"""The pixels of a plain image and of its mask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import ManifestError

from ._aspect import require_same_aspect
from ._manifest import Pair


def read_pair(pair: Pair) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a plain image, (H, W, 3) uint8 RGB, and its mask, (H, W) bool, of one size.

    A mask in colour counts by the largest of its three channels. A mask of another size is brought to the
    image's by taking the nearest pixel.

    Raises:
        ManifestError: A file cannot be decoded, there is no mask, or the aspects differ by over 1%.
    """
    if pair.mask is None:
        raise ManifestError(f"{pair.slide.name} has no mask in its manifest.")
    image = np.asarray(_decoded(pair.slide, cv2.IMREAD_COLOR_RGB), np.uint8)
    values = _decoded(pair.mask, cv2.IMREAD_UNCHANGED)
    if values.ndim == 3:
        values = values[..., :3].max(axis=2)
    mask = np.asarray(values > 0 if pair.mask_value is None else values == pair.mask_value)
    return image, mask if mask.shape == image.shape[:2] else _fitted(mask, image.shape[:2], pair)


def _decoded(path: Path, flags: int) -> NDArray[Any]:
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    image = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise ManifestError(f"{path} is not an image that can be decoded.")
    return np.asarray(image)


def _fitted(mask: NDArray[np.bool_], shape: tuple[int, int], pair: Pair) -> NDArray[np.bool_]:
    size = shape[1], shape[0]
    assert pair.mask is not None
    require_same_aspect(pair.mask, (mask.shape[1], mask.shape[0]), pair.slide, size)
    resized = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized > 0)
