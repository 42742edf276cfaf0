"""How far one threshold on colour gets, fitted on the slide itself: what makes a test slide too easy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import ImageArray, Slide

from ._ceiling import ReadTruth, shrunk_truth
from ._deconvolution import FloatArray, haematoxylin_eosin
from ._source import BoolArray

Channel = Literal["haematoxylin", "eosin", "red", "green", "blue"]

_RANGES: dict[Channel, tuple[float, float]] = {
    "haematoxylin": (-1.0, 4.0),
    "eosin": (-1.0, 4.0),
    "red": (0.0, 256.0),
    "green": (0.0, 256.0),
    "blue": (0.0, 256.0),
}
WINDOWS_UM = (0.0, 16.0, 64.0, 256.0)
_BINS = 1024
_BLOCK_PX = 1024


@dataclass(frozen=True, slots=True)
class Feature:
    """A channel, or its mean over a square around the pixel.

    Args:
        channel: A stain's amount, or a colour of 0 to 255.
        window_um: Side of the square on glass; 0 is the pixel itself.
    """

    channel: Channel
    window_um: float

    def __str__(self) -> str:
        return self.channel + (f", mean over {self.window_um:g} µm" if self.window_um else "")


@dataclass(frozen=True, slots=True)
class Threshold:
    """The best that one threshold on one feature does.

    Args:
        feature: The best of all.
        above: Whether tumour is what lies above the value, or below.
        value: The best at the high scale.
        iou: With the truth at the high scale.
        iou_low: With the shrunk truth at the low scale, at its own best value.
    """

    feature: Feature
    above: bool
    value: float
    iou: float
    iou_low: float


def best_threshold(slide: Slide, truth: ReadTruth) -> Threshold:
    """Return the best threshold over five channels and their means over three windows, both directions.

    It is fitted on the slide and its truth, so that no threshold chosen in advance can be better. At the low
    scale the best channel of each window is found; among these the high scale decides, at every pixel.

    Args:
        slide: The slide.
        truth: Answers a box of the slide's high grid with (H, W) bool.
    """
    low, high = slide.grids.low, slide.grids.high
    at_low = [_Fit(Feature(channel, window)) for window in WINDOWS_UM for channel in _RANGES]
    _count(slide, low, at_low, lambda box: shrunk_truth(truth, box, high=high.box))
    # A pixel is noisier at the high scale than at the low one: which window is best may differ there.
    finalists = {
        window: max(
            (fit for fit in at_low if fit.feature.window_um == window), key=lambda fit: fit.best().iou
        )
        for window in WINDOWS_UM
    }
    at_high = {window: _Fit(fit.feature) for window, fit in finalists.items()}
    _count(slide, high, list(at_high.values()), truth)
    window = max(WINDOWS_UM, key=lambda window: at_high[window].best().iou)
    found = at_high[window].best()
    low_iou = finalists[window].best().iou
    return Threshold(at_high[window].feature, found.above, found.value, found.iou, low_iou)


@dataclass(frozen=True, slots=True)
class _Best:
    above: bool
    value: float
    iou: float


class _Fit:
    """Counts a feature's values in tumour and outside, from which all thresholds' IoUs follow."""

    def __init__(self, feature: Feature) -> None:
        self.feature = feature
        self._counts = np.zeros((2, _BINS), np.int64)

    def add(self, values: FloatArray, truth: BoolArray) -> None:
        start, end = _RANGES[self.feature.channel]
        scaled = (values - start) * np.float32(_BINS / (end - start))
        bins = np.clip(scaled, 0, _BINS - 1).astype(np.intp)
        both = np.bincount((bins + _BINS * truth).ravel(), minlength=2 * _BINS)
        self._counts += both.reshape(2, _BINS)

    def best(self) -> _Best:
        outside, inside = self._counts
        tumour = max(int(inside.sum()), 1)
        below = np.cumsum(inside), np.cumsum(outside)
        above = np.cumsum(inside[::-1])[::-1], np.cumsum(outside[::-1])[::-1]
        iou_below, iou_above = (hit / (tumour + false) for hit, false in (below, above))
        is_above = iou_above.max() >= iou_below.max()
        index = int(np.argmax(iou_above if is_above else iou_below))
        start, end = _RANGES[self.feature.channel]
        # A threshold from below is the lower border of the first bin taken, from above the upper of the last.
        value = start + (index + (not is_above)) * (end - start) / _BINS
        return _Best(bool(is_above), value, float((iou_above if is_above else iou_below)[index]))


def _count(slide: Slide, grid: Grid, fits: list[_Fit], truth: ReadTruth) -> None:
    sides = {fit: _window_px(fit.feature, grid) for fit in fits}
    halo = max(sides.values()) // 2
    for box in _blocks(grid.box):
        around = box.expanded(halo)
        channels = _channels(slide.read(around, grid))
        here = truth(box)
        inside = _inside(around, grid.box)
        for fit in fits:
            values = channels[fit.feature.channel]
            if sides[fit] > 1:
                values = _local_mean(values, inside, sides[fit])
            fit.add(values[box.slices_in(around)], here)


def _inside(box: Box, whole: Box) -> FloatArray | None:
    """Return (H, W), 1 on the slide and 0 outside; None where all of the box is on the slide."""
    if whole.encloses(box):
        return None
    inside = np.zeros((box.height, box.width), np.float32)
    common = box.intersection(whole)
    assert common is not None, "the box lies around a part of the slide"
    inside[common.slices_in(box)] = 1
    return inside


def _local_mean(values: FloatArray, inside: FloatArray | None, side: int) -> FloatArray:
    """Return the mean over a square around each pixel, of those pixels that are on the slide."""
    if inside is None:
        return np.asarray(cv2.blur(values, (side, side)), np.float32)
    total = cv2.blur(values * inside, (side, side), borderType=cv2.BORDER_CONSTANT)
    share = cv2.blur(inside, (side, side), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total / np.maximum(share, 1e-6), np.float32)


def _window_px(feature: Feature, grid: Grid) -> int:
    """Return an odd side, so that the square has its pixel in the middle."""
    return 2 * round(feature.window_um / grid.mpp[0] / 2) + 1 if feature.window_um else 1


def _channels(image: ImageArray) -> dict[Channel, FloatArray]:
    stains = haematoxylin_eosin(image)
    colours: NDArray[np.float32] = image.astype(np.float32)
    return {
        "haematoxylin": np.ascontiguousarray(stains[..., 0]),
        "eosin": np.ascontiguousarray(stains[..., 1]),
        "red": np.ascontiguousarray(colours[..., 0]),
        "green": np.ascontiguousarray(colours[..., 1]),
        "blue": np.ascontiguousarray(colours[..., 2]),
    }


def _blocks(whole: Box) -> Iterator[Box]:
    for y in range(0, whole.height, _BLOCK_PX):
        for x in range(0, whole.width, _BLOCK_PX):
            yield Box(x, y, min(_BLOCK_PX, whole.width - x), min(_BLOCK_PX, whole.height - y))
