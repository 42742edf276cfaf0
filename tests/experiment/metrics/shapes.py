"""Masks with curved, ragged outlines, holes and islands, as a formula of a seed."""

from __future__ import annotations

import numpy as np


def blobs(seed: int, width: int, height: int, *, coarse: float = 1.0) -> np.ndarray:
    """Return (H, W) bool."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / coarse
    a, b, c = rng.uniform(6, 15, 3)
    ragged = rng.normal(0, 0.15, (height, width))
    return np.sin(x / a + seed) + np.sin(y / b) + np.sin((x - y) / c) + ragged > 0.5


def reader(mask: np.ndarray):
    return lambda box: mask[box.y : box.bottom, box.x : box.right]
