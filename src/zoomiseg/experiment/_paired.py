"""Two methods held against each other on the same images, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class PairedClicks:
    """What two methods needed on the same images.

    Args:
        first: Mean clicks of the first.
        second: Mean clicks of the second.
        ratio_interval: Of second over first: percentiles over resamples of the images.
        fewer: On how many images the second needed fewer clicks.
        more: On how many it needed more.
        images: How many there are.
    """

    first: float
    second: float
    ratio_interval: tuple[float, float]
    fewer: int
    more: int
    images: int

    @property
    def ratio(self) -> float:
        """Mean clicks of the second over those of the first."""
        return self.second / self.first


def paired_clicks(
    first: Sequence[int], second: Sequence[int], *, confidence: float = 0.9, seed: int = 0
) -> PairedClicks:
    """Compare the clicks of two methods on the same images, with an interval of the ratio of their means.

    The interval is by paired bootstrap: an image that is drawn counts for both, so what makes an image hard
    cancels out.

    Args:
        first: Clicks of one method, at least one each.
        second: Of the other, on the same images in the same order.
        confidence: Of the interval, between 0 and 1.
        seed: Of the resamples.
    Raises:
        ValueError: There are no images, or not as many of both.
    """
    if not first or len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} images are not the same ones.")
    counts = np.asarray([first, second], np.float64)
    drawn = np.random.default_rng(seed).integers(len(first), size=(_RESAMPLES, len(first)))
    means = counts[:, drawn].mean(axis=2)
    tail = 50 * (1 - confidence)
    low, high = np.percentile(means[1] / means[0], [tail, 100 - tail])
    change = counts[1] - counts[0]
    return PairedClicks(
        first=float(counts[0].mean()),
        second=float(counts[1].mean()),
        ratio_interval=(float(low), float(high)),
        fewer=int((change < 0).sum()),
        more=int((change > 0).sum()),
        images=len(first),
    )
