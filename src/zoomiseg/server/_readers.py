"""Reading tiles in threads, without those that nobody waits for any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import Request

from ._problems import Refusal

T = TypeVar("T")
_MOST_WAITING = 512


class Readers:
    """A few threads that read what requests ask for.

    Args:
        threads: How many read at once.
        name: Of the threads.
    """

    def __init__(self, threads: int, *, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting = 0

    async def read(self, request: Request, work: Callable[[], T]) -> T:
        """Return the work's result; work whose client has gone before it began is never done.

        Raises:
            Refusal: Too many requests wait, or the client has gone.
        """
        if self._waiting >= _MOST_WAITING:
            raise Refusal(429, "busy", "Too many tiles are asked for at once; ask again in a moment.")
        self._waiting += 1
        try:
            return await unless_gone(request, self._pool.submit(work))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


async def unless_gone(request: Request, future: Future[T]) -> T:
    """Return what a future gives, and cancel it where its client goes away before.

    Raises:
        Refusal: The client has gone.
    """
    result, gone = asyncio.wrap_future(future), asyncio.create_task(_gone(request))
    try:
        waited: set[asyncio.Future[Any]] = {result, gone}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            # One that runs already is let finish; its tile is in the cache then.
            future.cancel()
            raise Refusal(499, "gone", "The client did not wait for the answer.")
        return await result
    finally:
        gone.cancel()
        result.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
