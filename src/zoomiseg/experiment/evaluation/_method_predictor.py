"""Any method that answers clicks on an image, made to answer them in a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from zoomiseg.geometry import Box, Click
from zoomiseg.predict import FloatArray, Patch, Predictor

from ..baselines import Baseline, Promptable


@dataclass(frozen=True)
class MethodPredictor:
    """A method as a predictor of one scale. It sees what lies on the slide, shrunk where it is too large.

    Args:
        method: Gets RGB, clicks in its pixels, and its own last probability.
        identity: Tells it from all others.
        longest_px: Longest side of what it is given; None: the patch's own size.
    """

    method: Promptable
    identity: str
    longest_px: int | None = None

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1], enlarged linearly, 0 outside the slide."""
        inside = patch.frame.inside
        place = inside.slices_in(Box(0, 0, *patch.image.shape[1::-1]))
        factor = min(
            (self.longest_px or max(inside.width, inside.height)) / max(inside.width, inside.height), 1
        )
        size = max(round(inside.width * factor), 1), max(round(inside.height * factor), 1)
        pixels = [(*patch.frame.pixel_of(click), click.label) for click in clicks]
        points = [
            (
                int((column - inside.x + 0.5) * size[0] / inside.width),
                int((row - inside.y + 0.5) * size[1] / inside.height),
                label,
            )
            for column, row, label in pixels
        ]
        image = np.asarray(cv2.resize(patch.image[place], size, interpolation=cv2.INTER_AREA), np.uint8)
        previous = None if mask_input is None else _resized(mask_input[place], size)
        whole = np.zeros(patch.image.shape[:2], np.float32)
        whole[place] = _resized(self.method.predict(image, points, previous), (inside.width, inside.height))
        return whole

    def warm_up(self) -> None:
        """Do nothing: there is nothing to prepare."""


@dataclass(frozen=True)
class MethodPair:
    """The same predictor at both scales, as a session wants its networks.

    Args:
        low: Answers at the low scale.
        high: Answers at the high one.
        name: Of method or weights.
        weights_sha256: Of what the answers depend on besides the package, in hexadecimal.
        engine: What runs a network; "none" for what is none.
    """

    low: Predictor
    high: Predictor
    name: str
    weights_sha256: str
    engine: str = "none"


def method_pair(baseline: Baseline) -> MethodPair:
    """Return a method for both scales.

    Raises:
        WeightsError, MissingExtra: It cannot be had.
    """
    predictor = MethodPredictor(baseline.method, baseline.identity, baseline.longest_px)
    return MethodPair(predictor, predictor, baseline.name, baseline.sha256)


def _resized(values: FloatArray, size: tuple[int, int]) -> FloatArray:
    shrinks = size[0] < values.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(np.clip(cv2.resize(values, size, interpolation=way), 0, 1), np.float32)
