"""What a click changes far away from itself, where it should change nothing for the worse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint


@dataclass(frozen=True, slots=True)
class Flips:
    """Pixels further from a click than a given distance.

    Args:
        far: How many there are.
        spoilt: How many of them flipped from right to wrong.
        mended: How many of them flipped from wrong to right.
    """

    far: int
    spoilt: int
    mended: int


def far_flips(
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    point: PatchPoint,
    *,
    far_px: int,
) -> Flips:
    """Count what the click `point` flipped further than `far_px` pixels from its own.

    Args:
        before: (H, W), the prediction that the click answers.
        after: (H, W), the prediction that answers the click.
        truth: (H, W), True where the target is.
        point: The click in these pixels.
        far_px: Between pixel centres.
    """
    height, width = truth.shape
    column, row, _ = point
    rows, columns = np.ogrid[:height, :width]
    far = (rows - row) ** 2 + (columns - column) ** 2 > far_px**2
    flipped = far & (before != after)
    return Flips(
        int(np.count_nonzero(far)),
        int(np.count_nonzero(flipped & (after != truth))),
        int(np.count_nonzero(flipped & (after == truth))),
    )
