"""What `zoomiseg evaluate` tells while it runs: rows that are done, the time left, and what a stop keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from ._output import counted, say

if TYPE_CHECKING:
    from zoomiseg.experiment.evaluation import Done, EvaluationFile


class Clock:
    """Knows how long what is left will take."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self._advance = advance
        self._begin_s = monotonic()
        self._share = 0.0

    def told(self, share: float) -> None:
        """Take the share that is done."""
        self._share = share
        self._advance(share)

    def left(self) -> str:
        """Return the time left, in words."""
        seconds = (monotonic() - self._begin_s) * (1 - self._share) / max(self._share, 1e-6)
        return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def tell(done: Done, clock: Clock) -> None:
    """Tell what a row came to on a slide, and how long the rest will take."""
    clicks = counted(sum(len(patch.actions) for patch in done.run.patches), "click")
    rest = f"; {counted(done.left, 'row')} to go, about {clock.left()}" if done.left else ""
    say(f"{done.slide}: {done.row}: IoU {done.run.measure.overlap.iou:.3f}, {clicks}{rest}")


@contextmanager
def kept(file: EvaluationFile) -> Iterator[None]:
    """Tell how to go on after Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        count = sum(len(slide.runs) for slide in file.slides.values())
        say(f"{counted(count, 'finished row')} are kept in {file.path}; the same command goes on from there.")
        raise
