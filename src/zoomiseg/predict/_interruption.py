"""Stopping a network on its way: what nobody has asked for yet must not hold up a click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WANTED: ContextVar[Callable[[], bool] | None] = ContextVar("wanted", default=None)


class Interrupted(Exception):  # nothing went wrong
    """A network stopped, and has answered nothing, since something else is wanted first."""


@contextmanager
def interruptible(wanted: Callable[[], bool]) -> Iterator[None]:
    """Let the networks that run in this thread stop, soon after something else is wanted.

    Args:
        wanted: Asked while a network runs, from this thread.

    Raises:
        Interrupted: Something else was wanted, and a network was stopped.
    """
    token = _WANTED.set(wanted)
    try:
        yield
    finally:
        _WANTED.reset(token)


def is_interruptible() -> bool:
    """Say whether a network that runs in this thread may stop."""
    return _WANTED.get() is not None


def stop_if_wanted() -> None:
    """Raise where a network that runs in this thread has to stop.

    Raises:
        Interrupted: It has to.
    """
    wanted = _WANTED.get()
    if wanted is not None and wanted():
        raise Interrupted
