"""`zoomiseg serve` with networks that cost nothing, so that what else the server does can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from zoomiseg.cli import main
from zoomiseg.geometry import Click
from zoomiseg.predict import FloatArray, Patch
from zoomiseg.server._engines import Engines

__all__ = ["PAIR", "main"]

_RADIUS_PX = 120


class LightPredictor:
    """Squares around the clicks over half of the mask input: as many different layers as a network makes."""

    def __init__(self, identity: str) -> None:
        self.identity = identity

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return (1024, 1024) float32 in [0, 1]."""
        height, width = patch.image.shape[:2]
        found = np.zeros((height, width), np.float32) if mask_input is None else mask_input * np.float32(0.5)
        for click in clicks:
            x, y = patch.frame.pixel_of(click)
            rows = slice(max(y - _RADIUS_PX, 0), max(y + _RADIUS_PX, 0))
            columns = slice(max(x - _RADIUS_PX, 0), max(x + _RADIUS_PX, 0))
            found[rows, columns] = 0.9 if click.label > 0 else 0.1
        return found

    def warm_up(self) -> None:
        """There is nothing to prepare."""


PAIR = SimpleNamespace(
    low=LightPredictor("light-low"),
    high=LightPredictor("light-high"),
    name="light",
    engine="none",
    weights_sha256="0" * 64,
)
Engines.predictors = lambda self, name: PAIR  # type: ignore[method-assign, assignment, return-value]
