"""What needs no training: GrabCut and random walker, given the same clicks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import MissingExtra
from zoomiseg.guidance import PatchPoint, click_maps

from ._curve import FloatArray, ImageArray

_ITERATIONS = 5
_BETA = 130.0
# scikit-image's own 1e-3 leaves errors of several percent on stained tissue.
_TOLERANCE = 1e-6


def grabcut(
    image: ImageArray, points: Sequence[PatchPoint], previous: FloatArray | None = None, *, radius_px: int = 5
) -> FloatArray:
    """Segment by GrabCut (Rother et al. 2004, in OpenCV) from the clicks' disks: (H, W) float32 of 0 and 1.

    What is not clicked starts as probable target where its colour is nearer to the positive disks' mean than
    to the negative ones' (to the image's, before the first negative click), else as probable background.
    """
    positive, negative = _disks(image, points, radius_px)
    if not positive.any():
        return np.zeros(image.shape[:2], np.float32)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    reference = lab[negative] if negative.any() else lab.reshape(-1, 3)
    nearer = _distance(lab, lab[positive]) < _distance(lab, reference)
    labels = np.where(nearer, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[positive], labels[negative] = cv2.GC_FGD, cv2.GC_BGD
    background = (labels == cv2.GC_BGD) | (labels == cv2.GC_PR_BGD)
    if background.all() or not background.any():
        return np.asarray(~background, np.float32)
    _cut(image, labels)
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), np.float32)


def _cut(image: ImageArray, labels: ImageArray) -> None:
    """Replace the probable labels by GrabCut's own, in place."""
    cv2.setRNGSeed(0)
    bgr = np.ascontiguousarray(image[..., ::-1])
    target_model, background_model = np.zeros((1, 65)), np.zeros((1, 65))
    # OpenCV takes None for the rectangle when it starts from a mask; its type stub does not know.
    cv2.grabCut(bgr, labels, None, background_model, target_model, _ITERATIONS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]


def random_walker(
    image: ImageArray, points: Sequence[PatchPoint], previous: FloatArray | None = None, *, radius_px: int = 5
) -> FloatArray:
    """Segment by random walks (Grady 2006, in scikit-image) from the clicks' disks: (H, W) float32 in [0, 1].

    Clicks of one sign alone reach every pixel: all target, or all background.

    Raises:
        MissingExtra: Without `zoomiseg[baselines]`.
    """
    try:
        from skimage.segmentation import random_walker as walk  # noqa: PLC0415
    except ImportError as error:
        hint = "Install it with: pip install 'zoomiseg[baselines]'"
        raise MissingExtra("The random walker needs scikit-image.", hint=hint) from error
    positive, negative = _disks(image, points, radius_px)
    if not (positive.any() and negative.any()):
        return np.full(image.shape[:2], float(positive.any()), np.float32)
    labels = np.where(positive, 1, 0) + np.where(negative, 2, 0)
    probability = walk(
        image / 255.0,
        labels,
        beta=_BETA,
        mode="cg_j",
        tol=_TOLERANCE,
        channel_axis=-1,
        return_full_prob=True,
    )
    return np.asarray(np.clip(probability[0], 0, 1), np.float32)


def _disks(
    image: ImageArray, points: Sequence[PatchPoint], radius_px: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return positive and negative disks; where they overlap the later click wins."""
    height, width = image.shape[:2]
    positive, negative = np.zeros((height, width), bool), np.zeros((height, width), bool)
    for point in points:
        now = click_maps([point], height, width, radius_px=radius_px).any(axis=0)
        positive[now], negative[now] = point[2] > 0, point[2] < 0
    return positive, negative


def _distance(lab: NDArray[np.float32], colours: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(lab - colours.mean(axis=0), axis=2), np.float32)
