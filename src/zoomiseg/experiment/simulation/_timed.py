"""Predictors that measure how long they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from zoomiseg.geometry import Click
from zoomiseg.predict import FloatArray, Patch, Predictor
from zoomiseg.session import LearningPredictor, PredictorPair

if TYPE_CHECKING:
    from zoomiseg.adapt import Remembered


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
        with self._timing():
            return self._predictor.predict(patch, clicks, mask_input=mask_input)

    def warm_up(self) -> None:
        self._predictor.warm_up()

    @contextmanager
    def _timing(self) -> Iterator[None]:
        before = perf_counter()
        try:
            yield
        finally:
            self.seconds += perf_counter() - before


class TimedLearningPredictor(TimedPredictor):
    """The same for a predictor that is told of clicks in other patches."""

    def __init__(self, predictor: LearningPredictor) -> None:
        super().__init__(predictor)
        self._learning = predictor

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        """Predict as the other does."""
        with self._timing():
            return self._learning.predict(
                patch, clicks, mask_input=mask_input, memory=memory, settled=settled
            )

    def plain(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Predict as the other does without what it learnt."""
        with self._timing():
            return self._learning.plain(patch, clicks, mask_input=mask_input)

    def remembered(self, patch: Patch, clicks: Sequence[Click]) -> Remembered:
        """Look at clicks as the other does."""
        with self._timing():
            return self._learning.remembered(patch, clicks)


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
    low, high = (
        TimedLearningPredictor(each) if isinstance(each, LearningPredictor) else TimedPredictor(each)
        for each in (pair.low, pair.high)
    )
    return TimedPair(low, high, pair.name, pair.engine, pair.weights_sha256)
