"""Networks by name, each loaded once and shared by all sessions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zoomiseg.predict import Predictors


class Engines:
    """Loads networks. Every method may take seconds: call them in threads.

    Args:
        engine: What runs them.
    """

    def __init__(self, engine: Literal["openvino", "torch"]) -> None:
        self._engine = engine
        self._loaded: dict[str, Predictors] = {}
        self._loading = threading.Lock()

    def names(self) -> list[str]:
        """Return the weights that are installed."""
        from zoomiseg.networks import list_weights  # noqa: PLC0415  # brings in torch

        return list(list_weights())

    def predictors(self, name: str) -> Predictors:
        """Return the networks of a name.

        Raises:
            WeightsError: There are none, or they are damaged.
        """
        from zoomiseg.predict import load_predictors  # noqa: PLC0415  # brings in a whole engine

        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = load_predictors(name, engine=self._engine, allow_path=False)
            return self._loaded[name]
