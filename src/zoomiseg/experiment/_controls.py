"""What a network's curve is held against: the same clicks with wrong labels, and methods without training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoomiseg.guidance import PatchPoint

from ._curve import ImageArray, MaskArray, replayed_ious
from ._subjects import resized
from .baselines import Baseline


def shuffled_labels(points: Sequence[PatchPoint], rng: np.random.Generator) -> list[PatchPoint] | None:
    """Return the clicks with their labels permuted at random, at least one of them another than before.

    None where all labels are the same, so that no permutation changes any.
    """
    labels = [label for _, _, label in points]
    if len(set(labels)) < 2:
        return None
    while (shuffled := rng.permutation(labels).tolist()) == labels:
        pass
    return [(column, row, label) for (column, row, _), label in zip(points, shuffled, strict=True)]


def baseline_ious(
    image: ImageArray, truth: MaskArray, points: Sequence[PatchPoint], baselines: Sequence[Baseline]
) -> dict[str, tuple[float, ...]]:
    """Return, for each baseline, the IoU after each of the given clicks, at the size that it is given.

    Args:
        image: (H, W, 3) uint8 RGB.
        truth: (H, W) bool.
        points: In these pixels; shrunk with the image.
        baselines: By whose `longest_px` image and truth are shrunk.
    """
    return {each.name: _ious(image, truth, points, each) for each in baselines}


def _ious(
    image: ImageArray, truth: MaskArray, points: Sequence[PatchPoint], baseline: Baseline
) -> tuple[float, ...]:
    height, width = truth.shape
    longest = max(height, width)
    factor = min((baseline.longest_px or longest) / longest, 1)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    small, small_truth = resized(image, truth, size)
    moved = [
        (int((column + 0.5) * size[0] / width), int((row + 0.5) * size[1] / height), label)
        for column, row, label in points
    ]
    return replayed_ious(baseline.method, small, small_truth, moved)
