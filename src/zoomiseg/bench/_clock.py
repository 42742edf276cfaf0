"""Times what is compared in turns, so that a busy moment of the machine hits all of it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter

import numpy as np

Work = Callable[[], object]


class Times:
    """Seconds that pieces of work took, by name."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    def interleave(self, work: Mapping[str, Work], *, rounds: int, untimed: int = 1) -> None:
        """Do all pieces one after the other, again and again.

        Args:
            work: By name.
            rounds: How often each is timed.
            untimed: Rounds before, of which the times are not kept.
        """
        for number in range(untimed + rounds):
            for name, do in work.items():
                before = perf_counter()
                do()
                if number >= untimed:
                    self.add(name, perf_counter() - before)

    def add(self, name: str, seconds: float) -> None:
        self._seconds.setdefault(name, []).append(seconds)

    def __contains__(self, name: str) -> bool:
        return name in self._seconds

    def median(self, name: str) -> float:
        """Return the median in seconds."""
        return float(np.median(self._seconds[name]))

    def least(self, name: str) -> float:
        """Return the shortest in seconds."""
        return min(self._seconds[name])

    def p95(self, name: str) -> float:
        """Return the 95th percentile in seconds, interpolated."""
        return float(np.quantile(self._seconds[name], 0.95))

    def count(self, name: str) -> int:
        return len(self._seconds[name])

    def ratio(self, one: str, other: str) -> float | None:
        """Return how many times longer one takes than the other, of medians; None where one was not timed."""
        return self.median(one) / self.median(other) if one in self and other in self else None
