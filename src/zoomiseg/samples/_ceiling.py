"""How well a truth survives the low scale: the best that any mask of the low scale could do."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from zoomiseg.geometry import SCALE_FACTOR, Box

from ._source import BoolArray

# Two pixels to each side are what a cubic interpolation looks at.
_REACH = 2
_BLOCK_PX = 2048

ReadTruth = Callable[[Box], BoolArray]


class TruthTally:
    """Counts a truth and what is left of it after the low scale, box by box.

    The truth is shrunk four times by its average, at least a half, and enlarged again as a session enlarges
    a low mask: cubic, at least a half; beyond the slide's edge the low mask goes on with its last pixel.

    Args:
        read: Answers a box of high pixels inside the slide with (H, W) bool.
        width: Of the high grid.
        height: Of the high grid.
    """

    def __init__(self, read: ReadTruth, *, width: int, height: int) -> None:
        self._read = read
        self._high = Box(0, 0, width, height)
        self._low = Box(0, 0, -(-width // SCALE_FACTOR), -(-height // SCALE_FACTOR))
        self._counted = self._tumour = self._common = self._either = 0

    @property
    def tumour_fraction(self) -> float:
        """Share of what was counted."""
        return self._tumour / max(self._counted, 1)

    @property
    def low_scale_ceiling(self) -> float:
        """IoU of the truth with itself after the low scale; empty against empty is 1."""
        return self._common / self._either if self._either else 1.0

    def add(self, box: Box) -> BoolArray:
        """Count a box whose corner is a whole low pixel, and return its truth."""
        truth, survived = self._read(box), self._survived(box)
        self._counted += box.area
        self._tumour += int(np.count_nonzero(truth))
        self._common += int(np.count_nonzero(truth & survived))
        self._either += int(np.count_nonzero(truth | survived))
        return truth

    def _survived(self, box: Box) -> BoolArray:
        low = Box(
            box.x // SCALE_FACTOR,
            box.y // SCALE_FACTOR,
            -(-box.width // SCALE_FACTOR),
            -(-box.height // SCALE_FACTOR),
        )
        known = low.expanded(_REACH).intersection(self._low)
        assert known is not None, "the caller asks for a part of the slide"
        low_truth = shrunk_truth(self._read, known, high=self._high)
        size = known.width * SCALE_FACTOR, known.height * SCALE_FACTOR
        # OpenCV's cubic kernel is the session's, and with zeros and ones its arithmetic is exact.
        enlarged = cv2.resize(low_truth.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(enlarged[box.slices_in(known.scaled(SCALE_FACTOR))] >= np.float32(0.5))


def shrunk_truth(read: ReadTruth, low: Box, *, high: Box) -> BoolArray:
    """Return a box of low pixels, (H, W) bool: tumour where at least half of their high pixels are.

    Args:
        read: Answers a box of high pixels inside the slide with (H, W) bool.
        low: In low pixels, each of which holds a high pixel of the slide.
        high: The whole slide, in high pixels; what lies outside is not tumour.
    """
    wanted = low.scaled(SCALE_FACTOR)
    there = wanted.intersection(high)
    assert there is not None, "each low pixel holds a high one"
    truth = np.zeros((wanted.height, wanted.width), np.float32)
    truth[there.slices_in(wanted)] = read(there)
    share = cv2.resize(truth, (low.width, low.height), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= np.float32(0.5))


def tally_truth(read: ReadTruth, *, width: int, height: int) -> TruthTally:
    """Return the tally of a whole truth.

    Args:
        read: Answers a box of high pixels inside the slide with (H, W) bool.
        width: Of the high grid.
        height: Of the high grid.
    """
    tally = TruthTally(read, width=width, height=height)
    for y in range(0, height, _BLOCK_PX):
        for x in range(0, width, _BLOCK_PX):
            tally.add(Box(x, y, min(_BLOCK_PX, width - x), min(_BLOCK_PX, height - y)))
    return tally
