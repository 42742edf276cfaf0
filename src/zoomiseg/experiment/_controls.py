"""What a network's curve is held against: the same clicks with wrong labels, and methods without training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoomiseg.guidance import PatchPoint

from ._baselines import grabcut, random_walker
from ._curve import ImageArray, MaskArray, replayed_ious
from ._subjects import resized

LONGEST_PX = 512
"""Longest side of what the baselines are given: they need seconds a click on more."""
BASELINES = {"grabcut": grabcut, "random-walker": random_walker}


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
    image: ImageArray, truth: MaskArray, points: Sequence[PatchPoint]
) -> dict[str, tuple[float, ...]]:
    """Return, for each baseline, the IoU after each of the given clicks, on at most 512 pixels a side.

    Args:
        image: (H, W, 3) uint8 RGB.
        truth: (H, W) bool.
        points: In these pixels; shrunk with the image.
    """
    height, width = truth.shape
    factor = min(LONGEST_PX / max(height, width), 1)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    small, small_truth = resized(image, truth, size)
    moved = [
        (int((column + 0.5) * size[0] / width), int((row + 0.5) * size[1] / height), label)
        for column, row, label in points
    ]
    return {name: replayed_ious(method, small, small_truth, moved) for name, method in BASELINES.items()}
