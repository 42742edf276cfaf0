"""How fast a slide is being drawn, and how long it will still take."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ._output import Advance, say

_SECONDS_BETWEEN_LINES = 20.0


@contextmanager
def pace(what: str, *, megapixels: float) -> Iterator[Advance]:
    """Show share done, rate and time left on stderr: a bar on a terminal, else a line now and then.

    Args:
        what: Is being done.
        megapixels: What the whole share of 1 is.
    """
    clock = _Clock(megapixels)
    if sys.stderr.isatty():
        with _bar(what, clock) as advance:
            yield advance
    else:
        yield _Lines(what, clock)


class _Clock:
    """Turns shares into rate and time left."""

    def __init__(self, megapixels: float) -> None:
        self._megapixels = megapixels
        self._start = time.monotonic()

    def told(self, share: float) -> str:
        """Return the rate, and the time left."""
        seconds = max(time.monotonic() - self._start, 1e-6)
        if share <= 0:
            return ""
        left = seconds * (1 - share) / share
        return f"{self._megapixels * share / seconds:.1f} MP/s, {_duration(left)} left"


class _Lines:
    """Tells in a line how far the work is, where nobody watches a bar."""

    def __init__(self, what: str, clock: _Clock) -> None:
        self._what = what
        self._clock = clock
        self._told = time.monotonic()

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN_LINES and share < 1:
            self._told = now
            say(f"{self._what}: {100 * share:.0f}%, {self._clock.told(share)}")


@contextmanager
def _bar(what: str, clock: _Clock) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0, pace="")

        def advance(share: float) -> None:
            bar.update(task, completed=share, pace=clock.told(share))

        yield advance


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{seconds / 3600:.1f} h"
