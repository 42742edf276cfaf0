"""Networks by name, each loaded once and shared by all sessions."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from zoomiseg.adapt import Adaptation, adaptation
from zoomiseg.networks import list_weights
from zoomiseg.session import PredictorPair

if TYPE_CHECKING:
    from zoomiseg.predict import Predictors

_KEPT_BYTES = 210 << 20
"""Four low patches, eight high ones: a view may lie on four, and people click side by side."""


class Engines:
    """Loads networks. Every method may take seconds: call them in threads.

    Args:
        engine: What runs them.
    """

    def __init__(self, engine: Literal["openvino-int8", "openvino", "torch"]) -> None:
        self._engine = engine
        self._loaded: dict[str, Predictors] = {}
        self._learning: dict[tuple[str, Adaptation], PredictorPair] = {}
        self._loading = threading.Lock()

    def names(self) -> list[str]:
        """Return the weights that are installed."""
        return list(list_weights())

    def predictors(self, name: str) -> Predictors:
        """Return the networks of a name.

        Raises:
            WeightsError: There are none, or they are damaged.
        """
        from zoomiseg.predict import load_predictors  # noqa: PLC0415  # brings in a whole engine

        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = load_predictors(
                    name, engine=self._engine, allow_path=False, kept_bytes=_KEPT_BYTES
                )
            return self._loaded[name]

    def learning(self, name: str, adapt: str) -> PredictorPair:
        """Return the networks of a name as an adaptation lets them answer.

        Those that a slide changes are made by its session; all others are shared by all.

        Raises:
            WeightsError: There are none, or they are damaged.
            AdaptationError: There is no such adaptation, or these networks cannot learn.
        """
        from zoomiseg.adapt import adapted_pair  # noqa: PLC0415  # as above

        predictors, wanted = self.predictors(name), adaptation(adapt)
        if adapt == "off":
            return predictors
        shared = replace(wanted, statistics=False)
        with self._loading:
            # Made with statistics too: it tells whether the networks can learn at all.
            if (name, shared) not in self._learning:
                self._learning[name, shared] = adapted_pair(predictors, shared, None)
            return predictors if wanted.statistics else self._learning[name, shared]
