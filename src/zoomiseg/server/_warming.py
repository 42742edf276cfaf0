"""Networks made ready while the first slide is looked at."""

from __future__ import annotations

import logging
import threading

from zoomiseg.errors import ZoomisegError

from ._engines import Engines
from ._priority import give_way

_LOG = logging.getLogger("zoomiseg.server")


class Warming:
    """Loads and compiles what the first clicks would wait for, low scale first, in a thread that gives way.

    Args:
        engines: Where to.
        weights: Name of the networks.
    """

    def __init__(self, engines: Engines, weights: str) -> None:
        self._engines, self._weights = engines, weights
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._warm_up)

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Return once a click has nothing to wait for, or nothing can be made ready."""
        self._thread.join()

    def end(self) -> None:
        """Give up between two steps, and wait for the one under way.

        An interpreter that ends while a network is being compiled takes the process down with it.
        """
        self._ending.set()
        self.wait()

    def _warm_up(self) -> None:
        give_way()
        try:
            predictors = self._engines.predictors(self._weights)
            for scale in (predictors.low, predictors.high):
                if not self._ending.is_set():
                    scale.warm_up()
        except ZoomisegError as error:
            _LOG.error("%s", error)
