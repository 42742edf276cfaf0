"""GrabCut (Rother et al. 2004), which needs no training, given the same clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray, ImageArray

from ._baseline import LONGEST_PX, Baseline
from ._disks import click_disks

_ITERATIONS = 5


@dataclass(frozen=True)
class GrabCut:
    """OpenCV's GrabCut, started from the clicks' disks.

    What is not clicked starts as probable target where its colour is nearer to the positive disks' mean than
    to the negative ones' (to the image's, before the first negative click), else as probable background.

    Args:
        radius_px: Of a click's disk.
    """

    radius_px: int = 5

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None = None
    ) -> FloatArray:
        """Return (H, W) float32 of 0 and 1; see `Promptable.predict`. It starts anew at each click."""
        height, width = image.shape[:2]
        positive, negative = click_disks((height, width), clicks, self.radius_px)
        if not positive.any():
            return np.zeros((height, width), np.float32)
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


def _distance(lab: NDArray[np.float32], colours: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(lab - colours.mean(axis=0), axis=2), np.float32)


GRABCUT = Baseline(name="grabcut", load=GrabCut, longest_px=LONGEST_PX)
