"""The inference worker: one thread, a queue for each session, and the sessions served in turn."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from ._priority import give_way
from ._problems import Refusal

T = TypeVar("T")
MOST_WAITING = 64


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True)
class _Unhurried:
    steps: Generator[None, None, Any]
    future: Future[Any]


class Turns:
    """Does one piece of work after the other, in the order of each session, the sessions taking turns.

    What was accepted is done: a click is the next one's mask input. Only reading ahead and what is not urgent
    are replaced by a newer wish of the same session, and wait until nobody has anything else to do.

    Args:
        on_jobs: Told (session, number of its jobs) whenever that changes; called from any thread.
        most_waiting: How many jobs of one session may wait.
    """

    def __init__(
        self, on_jobs: Callable[[str, int], None] | None = None, *, most_waiting: int = MOST_WAITING
    ) -> None:
        self._on_jobs = on_jobs or (lambda session, jobs: None)
        self._most_waiting = most_waiting
        self._queues: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._ahead: OrderedDict[str, Callable[[], None]] = OrderedDict()
        self._unhurried: OrderedDict[str, _Unhurried] = OrderedDict()
        self._running: str | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._work, name="zoomiseg-inference", daemon=True)
        self._worker.start()

    def submit(self, session: str, work: Callable[[], T]) -> Future[T]:
        """Put work at the end of a session's queue.

        Raises:
            Refusal: Too much of that session waits already.
        """
        future: Future[T] = Future()
        with self._changed:
            queue = self._queues.setdefault(session, deque())
            if len(queue) >= self._most_waiting or self._closed:
                raise Refusal(
                    429,
                    "busy",
                    f"{len(queue)} operations of this session wait to be done.",
                    hint="Nothing was lost; this one is tried again in a moment.",
                )
            queue.append(_Job(work, future))
            jobs = self._jobs(session)
            self._changed.notify()
        self._on_jobs(session, jobs)
        return future

    def ahead(self, session: str, work: Callable[[], None]) -> None:
        """Do this when there is nothing else to do, unless the session wishes something else by then."""
        with self._changed:
            self._ahead[session] = work
            self._changed.notify()

    def unhurried(self, session: str, steps: Generator[None, None, T]) -> Future[T]:
        """Do this step by step, each when there is nothing else to do; return what it returns in the end.

        An operation that comes meanwhile waits for one step at most. What is cancelled is not gone on with.

        Returns:
            A future that is refused when the session wishes something else before the end.
        """
        wish = _Unhurried(steps, Future())
        with self._changed:
            replaced = self._unhurried.pop(session, None)
            if self._closed:
                wish.future.cancel()
            else:
                self._unhurried[session] = wish
            self._changed.notify()
        if replaced:
            _refuse(replaced)
        return wish.future

    def has_urgent(self) -> bool:
        """Say whether anything waits that comes before what is done unhurriedly."""
        return bool(self._queues or self._ahead)

    def jobs(self, session: str) -> int:
        """Return how many jobs of a session wait or run."""
        with self._changed:
            return self._jobs(session)

    def close(self) -> None:
        """Finish what runs and cancel what waits; nothing of that was answered."""
        with self._changed:
            self._closed = True
            waiting = [job.future for queue in self._queues.values() for job in queue]
            waiting += [wish.future for wish in self._unhurried.values()]
            self._queues.clear()
            self._ahead.clear()
            self._unhurried.clear()
            self._changed.notify()
        for future in waiting:
            future.cancel()
        self._worker.join()

    def _jobs(self, session: str) -> int:
        return len(self._queues.get(session, ())) + (self._running == session)

    def _work(self) -> None:
        give_way()
        while (taken := self._take()) is not None:
            session, job = taken
            if job.future.set_running_or_notify_cancel():
                _do(job)
            with self._changed:
                self._running = None
                jobs = self._jobs(session)
            self._on_jobs(session, jobs)

    def _take(self) -> tuple[str, _Job] | None:
        """Return what is next, once there is anything; None when closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queues or self._ahead or self._unhurried or self._closed)
                if self._closed:
                    return None
                if self._queues:
                    return self._next()
                if self._ahead:
                    _, wish = self._ahead.popitem(last=False)
                else:
                    wish = partial(self._step, *self._unhurried.popitem(last=False))
            with suppress(Exception):  # what could not be read ahead is read, and complained of, at the click
                wish()

    def _step(self, session: str, wish: _Unhurried) -> None:
        if wish.future.cancelled():
            return
        try:
            next(wish.steps)
        except BaseException as end:  # noqa: BLE001  # belongs to whoever waits for the result
            if wish.future.set_running_or_notify_cancel():
                if isinstance(end, StopIteration):
                    wish.future.set_result(end.value)
                else:
                    wish.future.set_exception(end)
            return
        with self._changed:
            replaced, closed = session in self._unhurried, self._closed
            if not (replaced or closed):
                self._unhurried[session] = wish
        if replaced:
            _refuse(wish)
        elif closed:
            wish.future.cancel()

    def _next(self) -> tuple[str, _Job]:
        session, queue = self._queues.popitem(last=False)
        job = queue.popleft()
        if queue:
            self._queues[session] = queue  # behind the others
        self._running = session
        return session, job


def _refuse(wish: _Unhurried) -> None:
    if wish.future.set_running_or_notify_cancel():
        wish.future.set_exception(
            Refusal(
                409,
                "replaced",
                "Another place of this session was asked for since.",
                hint="Ask again, where it is still wanted.",
            )
        )


def _do(job: _Job) -> None:
    try:
        result = job.work()
    except BaseException as error:  # noqa: BLE001  # belongs to whoever waits for the result
        job.future.set_exception(error)
    else:
        job.future.set_result(result)
