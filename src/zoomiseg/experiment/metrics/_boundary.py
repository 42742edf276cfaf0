"""How well outlines agree: boundary F-score and boundary IoU, counted window by window."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from zoomiseg.geometry import PATCH_SIZE, Box

from ._overlap import MaskArray

TOLERANCE_UM = 2.0
BAND_PX = round(0.02 * math.hypot(PATCH_SIZE, PATCH_SIZE))
"""Depth of the band of boundary IoU in high pixels: 2% of the diagonal of a high patch, 29."""


@dataclass(frozen=True, slots=True)
class BoundaryCounts:
    """Counts of pixels; those of disjoint blocks may be added.

    Args:
        predicted: Of the prediction's contour.
        predicted_near: Those of them within the tolerance of the truth's contour.
        true: Of the truth's contour.
        true_near: Those of them within the tolerance of the prediction's contour.
        band_common: In the bands of both, see `band`.
        band_either: In the band of one at least.
    """

    predicted: int = 0
    predicted_near: int = 0
    true: int = 0
    true_near: int = 0
    band_common: int = 0
    band_either: int = 0

    def __add__(self, other: BoundaryCounts) -> BoundaryCounts:
        return BoundaryCounts(
            self.predicted + other.predicted,
            self.predicted_near + other.predicted_near,
            self.true + other.true,
            self.true_near + other.true_near,
            self.band_common + other.band_common,
            self.band_either + other.band_either,
        )

    @property
    def f_score(self) -> float:
        """Harmonic mean of both shares that are near; 1 where neither has a contour, 0 where only one has."""
        if not (self.predicted and self.true):
            return float(self.predicted == self.true)
        precision, recall = self.predicted_near / self.predicted, self.true_near / self.true
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    @property
    def boundary_iou(self) -> float:
        """IoU of the bands (Cheng et al. 2021); empty against empty is 1."""
        return self.band_common / self.band_either if self.band_either else 1.0


def contour(mask: MaskArray) -> MaskArray:
    """Return the pixels of a mask that have one of their four neighbours outside it.

    The array's own edge is no contour: where the slide ends, nobody draws an outline.
    """
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    # OpenCV erodes as if the mask went on beyond the array.
    return np.asarray(mask & (cv2.erode(mask.view(np.uint8), cross) == 0))


def band(mask: MaskArray) -> MaskArray:
    """Return the pixels of a mask at most 29 steps, also diagonal ones, from a pixel outside it.

    As in the published code of boundary IoU, the square of its erosions is what counts as distance.
    """
    square = np.ones((2 * BAND_PX + 1, 2 * BAND_PX + 1), np.uint8)
    return np.asarray(mask & (cv2.erode(mask.view(np.uint8), square) == 0))


def halo_px(mpp: tuple[float, float]) -> int:
    """Return how far around a block its counts depend on pixels, at so many µm a pixel."""
    return max(BAND_PX, math.ceil(TOLERANCE_UM / min(mpp)) + 1)


def boundary_counts(
    prediction: MaskArray,
    truth: MaskArray,
    *,
    contours: tuple[MaskArray, MaskArray],
    block: Box,
    window: Box,
    mpp: tuple[float, float],
) -> BoundaryCounts:
    """Count the boundary's pixels in a block.

    Args:
        prediction: (H, W) bool of `window`, False outside the slide.
        truth: Likewise.
        contours: Of prediction and truth, (H, W) bool.
        block: What is counted.
        window: The block and `halo_px` around it.
        mpp: µm per pixel, (x, y).
    """
    place = block.slices_in(window)
    theirs, own = contours
    near_truth, near_prediction = _dilated(own, mpp), _dilated(theirs, mpp)
    bands = band(prediction)[place], band(truth)[place]
    return BoundaryCounts(
        _count(theirs[place]),
        _count((theirs & near_truth)[place]),
        _count(own[place]),
        _count((own & near_prediction)[place]),
        _count(bands[0] & bands[1]),
        _count(bands[0] | bands[1]),
    )


def _dilated(lines: MaskArray, mpp: tuple[float, float]) -> MaskArray:
    """Return the pixels whose centre is within the tolerance of that of a marked one."""
    reach_x, reach_y = (math.floor(TOLERANCE_UM / each) for each in mpp)
    x = np.arange(-reach_x, reach_x + 1)[None, :] * mpp[0]
    y = np.arange(-reach_y, reach_y + 1)[:, None] * mpp[1]
    disk = (x**2 + y**2 <= TOLERANCE_UM**2 * (1 + 1e-9)).astype(np.uint8)
    return np.asarray(cv2.dilate(lines.view(np.uint8), disk)).view(np.bool_)


def _count(mask: MaskArray) -> int:
    return int(np.count_nonzero(mask))
