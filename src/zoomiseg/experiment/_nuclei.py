"""A plain detector of nuclei, to count and size them the same way in any tissue; it is no truth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.samples import haematoxylin_eosin

from ._curve import ImageArray, MaskArray

FloatArray = NDArray[np.float32]

MPP = 0.5
_SMOOTH_PX = 1.2
_AROUND_UM = 40.0
_LEAST_UM, _MOST_UM = 3.0, 20.0
_PEAK_PX = 9  # two middles of nuclei are at least 2 µm apart


def nuclei_of(image: ImageArray, tissue: MaskArray) -> tuple[NDArray[np.float64], int]:
    """Return the equivalent diameters of whole nuclei in µm, and how many the image's border cuts.

    Haematoxylin is smoothed and split by Otsu's threshold over the tissue and by the mean around each pixel;
    what hangs together is cut half-way between its deepest places; sizes from 3 to 20 µm count.

    Args:
        image: (H, W, 3) uint8 RGB at 0.5 µm per pixel.
        tissue: (H, W) bool.
    """
    amount = cv2.GaussianBlur(
        np.ascontiguousarray(haematoxylin_eosin(image)[..., 0]), (0, 0), _SMOOTH_PX
    ).astype(np.float32)
    if not tissue.any():
        return np.zeros(0), 0
    around = round(_AROUND_UM / MPP) | 1
    dark = (amount > _otsu(amount[tissue])) & (amount > cv2.blur(amount, (around, around))) & tissue
    opened = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, _disk(3))
    return _sized(_separated(np.asarray(opened, np.uint8)))


def _separated(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return (H, W) int32: from 1, the nearest of the mask's deepest places, 0 outside."""
    depth = cv2.GaussianBlur(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), (0, 0), 1.0)
    peaks = (depth >= cv2.dilate(depth, _disk(_PEAK_PX))) & (mask > 0)
    if not peaks.any():
        return np.zeros(mask.shape, np.int32)
    _, nearest = cv2.distanceTransformWithLabels(
        np.where(peaks, np.uint8(0), np.uint8(1)), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP
    )
    return np.asarray(nearest * (mask > 0), np.int32)


def _sized(labels: NDArray[np.int32]) -> tuple[NDArray[np.float64], int]:
    areas = np.bincount(labels.ravel())
    diameters = 2 * np.sqrt(areas / np.pi) * MPP
    counts = (diameters >= _LEAST_UM) & (diameters <= _MOST_UM) & (areas > 0)
    counts[0] = False
    cut = np.zeros(len(areas), bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        cut[edge] = True
    return diameters[counts & ~cut], int(np.count_nonzero(counts & cut))


def _otsu(values: FloatArray) -> float:
    low, high = float(values.min()), float(np.quantile(values, 0.999))
    scale = 255 / max(high - low, 1e-6)
    bytes_ = np.clip((values - low) * scale, 0, 255).astype(np.uint8)[None]
    threshold, _ = cv2.threshold(bytes_, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return low + float(threshold) / scale


def _disk(side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
