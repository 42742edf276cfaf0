"""The inference worker: fair between sessions, in order within one, nothing accepted is dropped."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import wait

import pytest

from zoomiseg.server._priority import NICENESS
from zoomiseg.server._problems import Refusal
from zoomiseg.server._turns import Turns


class Held:
    """Turns whose worker waits until all has been submitted."""

    def __init__(self, **options) -> None:
        self.done: list[str] = []
        self.turns = Turns(**options)
        self._gate = threading.Event()
        self._begun = threading.Event()
        self.turns.submit("gate", self._wait)
        assert self._begun.wait(5)

    def _wait(self) -> None:
        self._begun.set()
        assert self._gate.wait(5)

    def submit(self, session: str, name: str):
        return self.turns.submit(session, lambda: self.done.append(name))

    def open(self) -> None:
        self._gate.set()


def test_sessions_take_turns_and_each_keeps_its_order():
    held = Held()
    futures = [held.submit("a", f"a{number}") for number in range(4)]
    futures += [held.submit("b", "b0"), held.submit("c", "c0"), held.submit("b", "b1")]
    held.open()
    wait(futures, 5)
    held.turns.close()
    assert held.done == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]


def test_only_the_newest_wish_to_read_ahead_is_done_and_only_after_all_clicks():
    held = Held()
    ahead = threading.Event()
    held.turns.ahead("a", lambda: held.done.append("old"))
    held.turns.ahead("a", lambda: (held.done.append("new"), ahead.set()))
    held.submit("a", "click")
    held.open()
    assert ahead.wait(5)
    held.turns.close()
    assert held.done == ["click", "new"]


def test_a_failed_wish_to_read_ahead_stops_nobody():
    turns = Turns()
    turns.ahead("a", lambda: 1 / 0)
    assert turns.submit("a", lambda: 7).result(5) == 7
    turns.close()


def test_an_error_reaches_who_asked_and_the_next_is_done():
    turns = Turns()
    failed = turns.submit("a", lambda: 1 / 0)
    assert turns.submit("a", lambda: 7).result(5) == 7
    assert isinstance(failed.exception(5), ZeroDivisionError)
    turns.close()


def test_a_queue_is_bounded_and_says_so():
    held = Held(most_waiting=2)
    held.submit("a", "1")
    held.submit("a", "2")
    with pytest.raises(Refusal, match="2 operations of this session wait"):
        held.submit("a", "3")
    held.submit("b", "4")
    held.open()
    held.turns.close()


def test_jobs_are_counted_while_they_wait_and_run():
    heard: list[tuple[str, int]] = []
    turns = Turns(lambda session, jobs: heard.append((session, jobs)))
    turns.submit("a", lambda: heard.append(("running", turns.jobs("a")))).result(5)
    turns.close()
    assert heard == [("a", 1), ("running", 1), ("a", 0)]


def test_what_waits_when_the_server_ends_is_cancelled_and_what_runs_is_finished():
    held = Held()
    waiting = held.submit("a", "never")
    closing = threading.Thread(target=held.turns.close)
    closing.start()
    while not waiting.cancelled():
        pass
    held.open()
    closing.join(5)
    assert held.done == []
    with pytest.raises(Refusal):
        held.submit("a", "late")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
def test_the_worker_and_what_it_starts_give_way_to_the_browser_and_the_server_does_not() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def of_a_thread_it_starts() -> int:
        found: list[int] = []
        started = threading.Thread(target=lambda: found.append(priority()))
        started.start()
        started.join()
        return found[0]

    before = priority()
    turns = Turns()
    try:
        for asked in (priority, of_a_thread_it_starts):
            assert turns.submit("session", asked).result(5) == max(before, NICENESS)
        assert priority() == before
    finally:
        turns.close()
