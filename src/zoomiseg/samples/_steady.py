"""Functions whose results are the same on every processor, for all that decides where something lies.

NumPy computes powers, exponentials and angles with other instructions on other processors, and their last
bits differ. A last bit can decide whether a cell fits, and with it every number drawn after it. So these are
computed in double precision and kept in single, where of 10^8 values about one still shows such a
difference. Sums, products and square roots need nothing of this: IEEE 754 says every bit of them.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

Single = NDArray[np.float32]


def exp(values: ArrayLike) -> Single:
    return np.asarray(np.exp(np.asarray(values, np.float64)), np.float32)


def log(values: ArrayLike) -> Single:
    return np.asarray(np.log(np.asarray(values, np.float64)), np.float32)


def power(values: ArrayLike, exponent: float) -> Single:
    return np.asarray(np.power(np.asarray(values, np.float64), exponent), np.float32)


def cosine(angles: ArrayLike) -> Single:
    return np.asarray(np.cos(np.asarray(angles, np.float64)), np.float32)


def sine(angles: ArrayLike) -> Single:
    return np.asarray(np.sin(np.asarray(angles, np.float64)), np.float32)


def direction(x: ArrayLike, y: ArrayLike) -> Single:
    """Return the angle of (x, y) from the first axis, in radians."""
    return np.asarray(np.arctan2(np.asarray(y, np.float64), np.asarray(x, np.float64)), np.float32)


def length(x: ArrayLike, y: ArrayLike) -> Single:
    """Return the distance of (x, y) from the origin."""
    across, down = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return np.asarray(np.sqrt(across * across + down * down), np.float32)


def turned(x: ArrayLike, y: ArrayLike, angle: float) -> Single:
    """Return (N, 2) places turned about the origin, in radians."""
    across, down = np.asarray(x, np.float64), np.asarray(y, np.float64)
    cos, sin = float(cosine(angle)), float(sine(angle))
    return np.stack([across * cos - down * sin, across * sin + down * cos], axis=1).astype(np.float32)


def blurred(field: ArrayLike, sigma: float) -> Single:
    """Return (H, W) smoothed by a Gaussian of `sigma` pixels, mirrored at the border."""
    reach = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    smooth = np.asarray(field, np.float64)
    for axis in range(2):
        padding = [(reach, reach) if each == axis else (0, 0) for each in range(2)]
        windows = sliding_window_view(np.pad(smooth, padding, mode="reflect"), len(weights), axis=axis)
        smooth = np.einsum("ijk,k->ij", windows, weights / weights.sum())
    return np.asarray(smooth, np.float32)


def between(field: Single, column: Single, row: Single) -> Single:
    """Return a periodic field's values at places in its own pixels, of any size and sign, bilinear."""
    left, top = np.floor(column), np.floor(row)
    right_share, lower_share = column - left, row - top
    columns = np.stack([left, left + 1]).astype(np.int64) % field.shape[1]
    rows = np.stack([top, top + 1]).astype(np.int64) % field.shape[0]
    upper, lower = (
        field[line, columns[0]] * (1 - right_share) + field[line, columns[1]] * right_share for line in rows
    )
    return np.asarray(upper * (1 - lower_share) + lower * lower_share, np.float32)
