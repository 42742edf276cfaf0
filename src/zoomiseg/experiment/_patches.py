"""Click curves on plain image and mask pairs: how many clicks until a mask is good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from zoomiseg.datasets import Pair, read_pair
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box, Click, Grid, PatchFrame
from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import Patch, Predictor

from ._curve import MAX_CLICKS, Curve, FloatArray, ImageArray, MaskArray, Method, robot_curve

_LEAST, _MOST = 0.02, 0.98


@dataclass(frozen=True, slots=True)
class PatchReport:
    """Curves of the images that count, and how many did not.

    Args:
        curves: One per image with 2% to 98% foreground, in the manifest's order.
        foreground: Of the same images, the IoU of marking everything.
        apart: Images outside these shares, not evaluated.
    """

    curves: tuple[Curve, ...]
    foreground: tuple[float, ...]
    apart: int

    def figures(self) -> dict[str, Any]:
        """Return what `evaluate-patches` prints as JSON.

        `noc*` and `iou_at` are means over the images, `obeyed` is the mean over all clicks of all images.
        """
        figures: dict[str, Any] = {}
        failures = {}
        for quality in (80, 85, 90):
            counts = [curve.clicks_to(quality / 100) for curve in self.curves]
            figures[f"noc{quality}"] = float(np.mean([count for count, _ in counts]))
            failures[str(quality)] = sum(not reached for _, reached in counts)
        after = {str(n): float(np.mean([c.iou_after(n) for c in self.curves])) for n in (1, 3, 5, 10)}
        return figures | {
            "failures": failures,
            "iou_at": after,
            "obeyed": float(np.mean([share for curve in self.curves for share in curve.obeyed])),
            "images": len(self.curves),
            "images_apart": self.apart,
            "all_foreground_iou": float(np.mean(self.foreground)),
        }


def predictor_method(predictor: Predictor, mpp: float) -> Method:
    """Return a predictor as a method that runs an image at its own size."""

    def predict(image: ImageArray, points: Sequence[PatchPoint], previous: FloatArray | None) -> FloatArray:
        height, width = image.shape[:2]
        frame = PatchFrame(Grid((1.0, 1.0), width, height, (mpp, mpp)), Box(0, 0, width, height))
        clicks = [Click(column + 0.5, row + 0.5, label) for column, row, label in points]
        return predictor.predict(Patch(image, frame), clicks, mask_input=previous)

    return predict


def evaluate_patches(
    pairs: Sequence[Pair],
    method: Method,
    *,
    mpp: float,
    most: int = MAX_CLICKS,
    progress: Callable[[int, int], None] | None = None,
) -> PatchReport:
    """Let the exact robot click each image, resampled to `mpp`, and return its curves.

    Args:
        pairs: Plain images with masks and mpp.
        method: Answers the clicks.
        mpp: µm per pixel that the images are brought to; IoU is measured there.
        most: Clicks an image.
        progress: Called with (images done, images in all).
    Raises:
        ManifestError: A pair without mask or mpp, or no image with 2% to 98% foreground.
    """
    curves, foreground, apart = [], [], 0
    for index, pair in enumerate(pairs):
        image, truth = resampled_pair(pair, mpp)
        if _LEAST <= truth.mean() <= _MOST:
            curves.append(robot_curve(method, image, truth, most=most))
            foreground.append(float(truth.mean()))
        else:
            apart += 1
        if progress:
            progress(index + 1, len(pairs))
    if not curves:
        raise ManifestError(f"None of the {len(pairs)} images has between 2% and 98% foreground.")
    return PatchReport(tuple(curves), tuple(foreground), apart)


def resampled_pair(pair: Pair, mpp: float) -> tuple[ImageArray, MaskArray]:
    """Return image and mask of a pair at `mpp`: area averages when shrunk, cubic when enlarged.

    A pixel of the result is target where at least half of it is.

    Raises:
        ManifestError: No mpp or mask, or a file cannot be used.
    """
    if pair.mpp is None:
        raise ManifestError(f"{pair.slide.name} has no mpp in its manifest.")
    image, mask = read_pair(pair)
    factor = pair.mpp / mpp
    if factor == 1:
        return image, mask
    size = max(round(image.shape[1] * factor), 1), max(round(image.shape[0] * factor), 1)
    method, smooth = (cv2.INTER_AREA, cv2.INTER_AREA) if factor < 1 else (cv2.INTER_CUBIC, cv2.INTER_LINEAR)
    share = cv2.resize(mask.astype(np.float32), size, interpolation=smooth)
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8), np.asarray(share >= 0.5)
