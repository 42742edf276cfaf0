"""Which sessions are closed to make room: only those that nobody uses at that very moment."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zoomiseg.server._registry import Sessions

PATIENCE_S = 10


class Opened:
    """An open session that counts nothing but who uses it, and whose end can be held up."""

    def __init__(self) -> None:
        self.requests = 0
        self.closed_under: int | None = None
        self.closing = threading.Event()
        self.may_close = threading.Event()
        self.may_close.set()
        self.history = SimpleNamespace(revision=0)

    @property
    def is_idle(self) -> bool:
        return not self.requests

    def close(self) -> None:
        self.closing.set()
        assert self.may_close.wait(PATIENCE_S)
        self.closed_under = self.requests


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Four sessions, of which two may be open at once."""
    monkeypatch.setattr("zoomiseg.server._registry.OPEN_AT_ONCE", 2)
    nothing: Any = None
    sessions = Sessions(
        tmp_path, nothing, nothing, default_weights="tiny", default_adapt="off", database=None
    )
    for key in "abcd":
        sessions._records[key] = SimpleNamespace(id=key, owner="local")  # type: ignore[assignment]
    monkeypatch.setattr(sessions, "_load", lambda record, broadcast: Opened())
    return sessions


async def used(sessions: Sessions, key: str) -> Any:
    async with sessions.lent(key, "local") as live:
        return live


def test_a_session_that_is_lent_while_another_is_closed_stays_open(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        monkeypatch.setattr("zoomiseg.server._registry.OPEN_AT_ONCE", 4)
        opened = [await used(sessions, key) for key in "abc"]
        first, second, third = opened
        monkeypatch.setattr("zoomiseg.server._registry.OPEN_AT_ONCE", 2)
        first.may_close.clear()
        opening = asyncio.create_task(used(sessions, "d"))
        await asyncio.to_thread(first.closing.wait, PATIENCE_S)
        async with sessions.lent("b", "local") as lent:
            assert lent is second
            first.may_close.set()
            await opening
            assert second.closed_under is None
        # Room is made at the expense of one that nobody uses.
        assert third.closed_under == 0
        assert set(sessions._live) == {"b", "d"}

    asyncio.run(scene())


def test_two_openings_at_once_close_each_session_once(sessions: Sessions) -> None:
    async def scene() -> None:
        first, second = [await used(sessions, key) for key in "ab"]
        first.may_close.clear()
        openings = [asyncio.create_task(used(sessions, key)) for key in "cd"]
        await asyncio.to_thread(first.closing.wait, PATIENCE_S)
        first.may_close.set()
        await asyncio.gather(*openings)
        assert (first.closed_under, second.closed_under) == (0, 0)
        assert set(sessions._live) == {"c", "d"}

    asyncio.run(scene())


def test_what_is_opened_is_not_closed_again_before_it_is_lent(sessions: Sessions) -> None:
    async def scene() -> None:
        loaded = []
        load = sessions._load
        sessions._load = lambda record, news: loaded.append(record.id) or load(record, news)  # type: ignore
        await asyncio.gather(*(used(sessions, key) for key in "abcd"))
        assert sorted(loaded) == list("abcd")

    asyncio.run(scene())
