"""The batches of a run in their order, drawn by threads while the network learns from those before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Protocol

from ._batch import Batch, Share, batch_of
from ._recipe import Recipe
from ._tasks import Sample

_BATCHES_AHEAD = 2


class Samples(Protocol):
    """Where samples come from, `Tasks` for one; several threads may ask at once."""

    @property
    def digest(self) -> str:
        """What tells the data that they are drawn from from others; "" where that is not known."""
        ...

    def sample(self, index: int) -> Sample:
        """Return sample `index`, whatever was asked for before."""
        ...


class Stream:
    """Yields the batches of a process. Use it in a `with`.

    Args:
        samples: Asked once for each sample.
        recipe: What decides the batches.
        share: The process's own.
        first: Steps that an earlier run finished.
        workers: Threads that draw.
    """

    def __init__(self, samples: Samples, recipe: Recipe, share: Share, *, first: int, workers: int) -> None:
        self._samples, self._recipe, self._share = samples, recipe, share
        self._coming = iter(range(first * recipe.accumulate, recipe.steps * recipe.accumulate))
        self._ahead: deque[tuple[int, list[Future[Sample]]]] = deque()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="samples")
        self._waited = 0.0

    def step(self) -> Iterator[Batch]:
        """Yield the batches of the next step."""
        for _ in range(self._recipe.accumulate):
            self._order(_BATCHES_AHEAD + 1)
            number, futures = self._ahead.popleft()
            since = perf_counter()
            samples = [future.result() for future in futures]
            self._waited += perf_counter() - since
            yield batch_of(self._recipe, number, self._share, samples)

    def take_waited(self) -> float:
        """Return the seconds spent waiting for samples since this was last asked."""
        seconds, self._waited = self._waited, 0.0
        return seconds

    def _order(self, batches: int) -> None:
        """Let so many batches be drawn, or all that are left."""
        while len(self._ahead) < batches and (number := next(self._coming, None)) is not None:
            numbers = self._share.numbers(self._recipe, number)
            self._ahead.append((number, [self._pool.submit(self._samples.sample, each) for each in numbers]))

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
