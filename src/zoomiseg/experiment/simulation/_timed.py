"""Predictors that measure how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from zoomiseg.geometry import Click
from zoomiseg.predict import FloatArray, Patch, Predictor
from zoomiseg.session import PredictorPair


class TimedPredictor:
    """Another predictor, and the seconds that it took."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self.seconds = 0.0

    @property
    def identity(self) -> str:
        return self._predictor.identity

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Predict as the other does."""
        before = perf_counter()
        try:
            return self._predictor.predict(patch, clicks, mask_input=mask_input)
        finally:
            self.seconds += perf_counter() - before

    def warm_up(self) -> None:
        self._predictor.warm_up()


@dataclass(frozen=True)
class TimedPair:
    """The networks of both scales, timed; the rest as `PredictorPair` has it."""

    low: TimedPredictor
    high: TimedPredictor
    name: str
    engine: str
    weights_sha256: str

    @property
    def seconds(self) -> float:
        """What both took together."""
        return self.low.seconds + self.high.seconds


def timed(pair: PredictorPair) -> TimedPair:
    """Return a pair that measures itself."""
    return TimedPair(
        TimedPredictor(pair.low), TimedPredictor(pair.high), pair.name, pair.engine, pair.weights_sha256
    )
