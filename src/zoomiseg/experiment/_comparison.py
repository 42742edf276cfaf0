"""The baselines on a slide, given the clicks that a session was given."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from zoomiseg.geometry import SCALE_FACTOR, Click
from zoomiseg.robot import THRESHOLD, iou
from zoomiseg.slide import Slide

from ._curve import MaskArray
from .baselines import GrabCut, RandomWalker


def baselines_on_slide(slide: Slide, clicks: Sequence[Click], truth_high: MaskArray) -> dict[str, float]:
    """Return the IoU of GrabCut and random walker from the same clicks, both scales' together.

    They run on the low grid, where a slide that fits in one patch has a size they can bear, and are judged
    on the high grid, their probabilities enlarged.

    Args:
        slide: Small enough for its whole low grid to be in memory.
        clicks: In slide pixels, in order.
        truth_high: (H, W) bool on the slide's high grid.
    """
    low, high = slide.grids.low, slide.grids.high
    image = slide.read(low.box, low)
    points = [(*low.pixel_at(click.slide_xy), click.label) for click in clicks]
    results = {}
    for name, method in (("grabcut", GrabCut()), ("random_walker", RandomWalker())):
        probability = method.predict(image, points, None)
        size = low.width * SCALE_FACTOR, low.height * SCALE_FACTOR
        enlarged = cv2.resize(probability, size, interpolation=cv2.INTER_CUBIC)
        results[name] = iou(np.asarray(enlarged[: high.height, : high.width] >= THRESHOLD), truth_high)
    return results
