"""Click simulation in training, after Sofiiuk et al. 2022, "Reviving Iterative Training"."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import squared_distance

MaskArray = NDArray[np.bool_]
MAX_POINTS = 24
ERROR_THRESHOLD = 0.49
_DECAY = 0.8
_KERNEL = np.ones((3, 3), np.uint8)


def first_clicks(rng: np.random.Generator, target: MaskArray, *, single: float = 0.0) -> list[PatchPoint]:
    """Draw the clicks that a sample starts with, before the network has said anything.

    1 + k positive and k' negative clicks, P(k) proportional to 0.8^k. Positive ones lie nine times in ten in
    the mask eroded three times, if over 10 pixels are left of it; a negative one lies in a border around the
    target (0.5) or anywhere in the background.

    Args:
        rng: Decides everything.
        target: (H, W) bool.
        single: Share of samples that start with one positive click alone, as a user does.
    Returns:
        (column, row, label) in patch pixels.
    """
    if rng.random() < single:
        return _drawn(rng, _core(rng, target), 1, +1)
    positives = 1 + _count(rng, MAX_POINTS - 1)
    points = _drawn(rng, _core(rng, target), positives, +1)
    border, background = _border(target), ~target
    for _ in range(_count(rng, MAX_POINTS)):
        region = border if rng.random() < 0.5 and border.any() else background
        points += _drawn(rng, region, 1, -1)
    return points


def correcting_click(
    rng: np.random.Generator, probability: NDArray[np.float32], target: MaskArray
) -> PatchPoint | None:
    """Draw the next click where the prediction is wrong, or None where it is right everywhere.

    The sign is that of the error with the larger inscribed disk; the click is uniform among the pixels
    that are deeper than half that disk's radius.
    """
    missed = squared_distance(target & (probability < ERROR_THRESHOLD))
    spilt = squared_distance(~target & (probability > ERROR_THRESHOLD))
    label = 1 if missed.max() > spilt.max() else -1
    distance = missed if label == 1 else spilt
    if distance.max() == 0:
        return None
    return _drawn(rng, 4 * distance > distance.max(), 1, label)[0]


def _count(rng: np.random.Generator, most: int) -> int:
    weight = _DECAY ** np.arange(most + 1)
    return int(rng.choice(most + 1, p=weight / weight.sum()))


def _core(rng: np.random.Generator, target: MaskArray) -> MaskArray:
    if rng.random() >= 0.9:
        return target
    core = cv2.erode(target.astype(np.uint8), _KERNEL, iterations=3, borderValue=0) > 0
    return np.asarray(core if np.count_nonzero(core) > 10 else target)


def _border(target: MaskArray) -> MaskArray:
    width = int(np.ceil(0.1 * np.sqrt(np.count_nonzero(target))))
    dilated = cv2.dilate(target.astype(np.uint8), _KERNEL, iterations=max(width, 1)) > 0
    return np.asarray(dilated & ~target)


def _drawn(rng: np.random.Generator, region: MaskArray, count: int, label: int) -> list[PatchPoint]:
    places = np.flatnonzero(region)
    if not places.size:
        return []
    rows, columns = np.unravel_index(rng.choice(places, size=count), region.shape)
    return [(int(column), int(row), label) for column, row in zip(columns, rows, strict=True)]
