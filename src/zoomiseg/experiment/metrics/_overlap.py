"""What a prediction and a truth have in common, counted so that parts add up to a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MaskArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts of pixels of one region; those of disjoint regions may be added.

    Args:
        common: Of the prediction and of the truth.
        predicted: Of the prediction.
        true: Of the truth.
    """

    common: int = 0
    predicted: int = 0
    true: int = 0

    def __add__(self, other: Overlap) -> Overlap:
        return Overlap(self.common + other.common, self.predicted + other.predicted, self.true + other.true)

    def __sub__(self, other: Overlap) -> Overlap:
        return Overlap(self.common - other.common, self.predicted - other.predicted, self.true - other.true)

    @property
    def either(self) -> int:
        """Pixels of the prediction or of the truth."""
        return self.predicted + self.true - self.common

    @property
    def iou(self) -> float:
        """Intersection over union; empty against empty is 1."""
        return self.common / self.either if self.either else 1.0

    @property
    def dice(self) -> float:
        """Twice the common part over both parts together; empty against empty is 1."""
        both = self.predicted + self.true
        return 2 * self.common / both if both else 1.0


def overlap_of(prediction: MaskArray, truth: MaskArray) -> Overlap:
    """Count two (H, W) bool masks."""
    return Overlap(
        int(np.count_nonzero(prediction & truth)),
        int(np.count_nonzero(prediction)),
        int(np.count_nonzero(truth)),
    )
