"""How sure a mean over slides is: bootstrap over the low patches that they consist of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._overlap import Overlap

_RESAMPLES = 2000
_TAIL = 2.5


def miou_interval(slides: Sequence[Sequence[Overlap]], *, seed: int = 0) -> tuple[float, float] | None:
    """Return the 95% interval of the mean over slides of their IoU; None where no slide has two patches.

    The low patches of each slide are drawn with replacement, 2,000 times, and counted together; patches
    with neither truth nor prediction do not take part. It tells how much the figure hangs on single
    patches of *these* slides, not how it would be on others.

    Args:
        slides: Of each slide its low patches' overlaps; at least one slide.
        seed: Decides what is drawn.
    """
    if all(sum(cell.either > 0 for cell in cells) < 2 for cells in slides):
        return None
    rng = np.random.default_rng(seed)
    means = np.mean([_resampled(cells, rng) for cells in slides], axis=0)
    low, high = np.percentile(means, [_TAIL, 100 - _TAIL])
    return float(low), float(high)


def _resampled(
    cells: Sequence[Overlap], rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return (2000,) IoU of one slide."""
    counts = np.array([(cell.common, cell.either) for cell in cells if cell.either], np.float64)
    if not len(counts):
        return np.ones(_RESAMPLES)
    drawn = counts[rng.integers(len(counts), size=(_RESAMPLES, len(counts)))].sum(axis=1)
    return np.asarray(drawn[:, 0] / drawn[:, 1])
