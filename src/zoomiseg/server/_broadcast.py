"""News of a session to everybody who listens, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_MOST_UNREAD = 256
_HEARTBEAT_SECONDS = 15.0
HEARTBEAT = ": still here\n\n"


@dataclass(frozen=True, slots=True)
class News:
    """One event.

    Args:
        event: "changed", "busy" or "saved".
        data: Its JSON.
        id: The revision, which a listener names when it comes back; None for what need not be made good.
    """

    event: str
    data: Mapping[str, Any]
    id: int | None = None

    @property
    def text(self) -> str:
        """The event as it goes over the wire."""
        head = "" if self.id is None else f"id: {self.id}\n"
        return f"{head}event: {self.event}\ndata: {json.dumps(dict(self.data))}\n\n"


Listener = asyncio.Queue[News | None]


class Broadcast:
    """Brings news to listeners without ever waiting for one of them.

    Args:
        loop: Where the listeners live.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listeners: set[Listener] = set()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def publish(self, *news: News) -> None:
        """Tell all listeners; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, news)

    def close(self) -> None:
        """End all streams; in the loop's thread."""
        for listener in self._listeners:
            _end(listener)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Lend a queue of news."""
        listener: Listener = asyncio.Queue(_MOST_UNREAD)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def _tell(self, news: tuple[News, ...]) -> None:
        for listener in self._listeners:
            for each in news:
                if listener.full():
                    # It comes back with the last id that it read, and is told all that it missed.
                    _end(listener)
                    break
                listener.put_nowait(each)


async def stream(listener: Listener) -> AsyncIterator[str]:
    """Yield a listener's news as text, and a sign of life where there is none."""
    while True:
        try:
            news = await asyncio.wait_for(listener.get(), _HEARTBEAT_SECONDS)
        except TimeoutError:
            yield HEARTBEAT
            continue
        if news is None:
            return
        yield news.text


def _end(listener: Listener) -> None:
    while not listener.empty():
        listener.get_nowait()
    listener.put_nowait(None)
