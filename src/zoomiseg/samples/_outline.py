"""The uneven, soft outline of a core of tissue on glass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

_SOFT_PX = 12.0  # 6 µm from tissue to glass
_SQUARENESS = 6.0
_INSET = 0.96
_WAVES = range(2, 12)
_WAVINESS = 0.035


def core_alpha(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return (H, W) float32, 1 on the tissue and 0 on the glass: a rectangle with round corners, frayed.

    Args:
        rng: Draws how it is frayed.
        shape: (H, W) of the image; glass reaches its border everywhere.
    """
    height, width = shape[:2]
    y = np.abs((np.arange(height, dtype=np.float32)[:, None] + 0.5) / height * 2 - 1)
    x = np.abs((np.arange(width, dtype=np.float32)[None, :] + 0.5) / width * 2 - 1)
    distance = (x**_SQUARENESS + y**_SQUARENESS) ** (1 / _SQUARENESS)
    edge = _INSET - _fraying(rng, shape)
    depth = (edge - distance) * (min(height, width) / 2)
    ramp = np.clip(depth / _SOFT_PX, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def _fraying(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return (H, W) at least 0, by which the outline draws in, a sum of waves around the middle."""
    height, width = shape[:2]
    y = np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2
    x = np.arange(width, dtype=np.float32)[None, :] + 0.5 - width / 2
    angle = np.arctan2(y, x).astype(np.float32)
    total = np.zeros_like(angle)
    for wave in _WAVES:
        amplitude = float(rng.normal(0, 1)) / np.sqrt(wave)
        total += np.float32(amplitude) * np.cos(wave * angle + np.float32(rng.uniform(0, 2 * np.pi)))
    return np.asarray(np.abs(total) * np.float32(_WAVINESS), np.float32)
