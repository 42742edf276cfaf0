"""The simulated user: where it clicks next, given a prediction and the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
THRESHOLD = 0.5
JITTER = 0.25
"""Standard deviation of a jittered click along each axis, in radii of the inscribed disk."""


@dataclass(frozen=True, slots=True)
class RobotClick:
    """A click in patch pixels; `radius_px` is that of the largest disk inscribed in the error it answers."""

    column: int
    row: int
    label: int
    radius_px: float


def squared_distance(region: BoolArray) -> NDArray[np.int64]:
    """Return each pixel's exact squared Euclidean distance to the nearest pixel outside `region`: (H, W).

    The array's border counts as outside. Distances are those between pixel centres, so a pixel that has a
    neighbour outside has 1. Whole numbers, so that equal distances are equal.
    """
    padded = np.pad(region.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.rint(distance.astype(np.float64) ** 2).astype(np.int64)


def next_click(
    prediction: BoolArray,
    truth: BoolArray,
    *,
    clicked: Iterable[tuple[int, int]] = (),
    valid: BoolArray | None = None,
) -> RobotClick | None:
    """Return the next click of the exact robot, or None when nothing is wrong where it may still click.

    Of the false-negative and the false-positive region it takes the one with the larger inscribed disk and
    clicks at that disk's centre; equal disks are answered with a negative click, equal centres in raster
    order.

    Args:
        prediction: (H, W), True where the target is predicted.
        truth: (H, W), True where the target is.
        clicked: (column, row) of earlier clicks; none is clicked twice.
        valid: (H, W), False outside the slide, where nothing is an error; None: all count.
    """
    wrong = prediction != truth
    if valid is not None:
        wrong &= valid
    missed, spilt = _distances(wrong & truth, wrong & prediction, clicked)
    label = 1 if missed.max() > spilt.max() else -1
    distance = missed if label == 1 else spilt
    if distance.max() <= 0:
        return None
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    return RobotClick(int(column), int(row), label, float(np.sqrt(distance.max())))


def jittered_click(
    prediction: BoolArray,
    truth: BoolArray,
    *,
    rng: np.random.Generator,
    clicked: Iterable[tuple[int, int]] = (),
    valid: BoolArray | None = None,
) -> RobotClick | None:
    """Return where a hand lands that aims as `next_click` does, or None where that finds nothing to click.

    The click is drawn from a Gaussian around the disk's centre, its deviation a quarter of the disk's radius,
    again and again until it falls into the error that it answers, on a pixel not yet clicked.

    Args:
        prediction: (H, W), True where the target is predicted.
        truth: (H, W), True where the target is.
        rng: Decides where it lands.
        clicked: (column, row) of earlier clicks; none is clicked twice.
        valid: (H, W), False outside the slide, where nothing is an error; None: all count.
    """
    earlier = set(clicked)
    aim = next_click(prediction, truth, clicked=earlier, valid=valid)
    if aim is None:
        return None
    wanted = aim.label > 0
    height, width = truth.shape
    # It ends: the aim itself is such a pixel, and the most likely one.
    while True:
        drawn = rng.normal((aim.column, aim.row), JITTER * aim.radius_px)
        column, row = (int(value) for value in np.rint(drawn))
        if not (0 <= column < width and 0 <= row < height) or (column, row) in earlier:
            continue
        wrong = truth[row, column] == wanted and prediction[row, column] != wanted
        if wrong and (valid is None or valid[row, column]):
            return RobotClick(column, row, aim.label, aim.radius_px)


def iou(prediction: BoolArray, truth: BoolArray, *, valid: BoolArray | None = None) -> float:
    """Return the intersection over union of two masks; empty against empty is 1."""
    if valid is not None:
        prediction, truth = prediction & valid, truth & valid
    union = int(np.count_nonzero(prediction | truth))
    return int(np.count_nonzero(prediction & truth)) / union if union else 1.0


def _distances(
    missed: BoolArray, spilt: BoolArray, clicked: Iterable[tuple[int, int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    distances = squared_distance(missed), squared_distance(spilt)
    for column, row in clicked:
        for distance in distances:
            distance[row, column] = 0
    return distances
