"""The inference worker: fair between sessions, in order within one, nothing accepted is dropped."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import CancelledError, wait

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


def test_what_is_not_urgent_is_done_in_steps_between_which_operations_come():
    turns, done = Turns(), []

    def steps():
        for number in range(3):
            done.append(f"step {number}")
            clicks.append(turns.submit("a", lambda number=number: done.append(f"click {number}")))
            yield
        return "all"

    clicks = []
    assert turns.unhurried("a", steps()).result(5) == "all"
    wait(clicks, 5)
    turns.close()
    assert done == ["step 0", "click 0", "step 1", "click 1", "step 2", "click 2"]


def test_a_newer_wish_that_is_not_urgent_takes_the_place_of_one_that_waits_or_is_half_done():
    held = Held()

    def named(name: str):
        held.done.append(name)
        yield
        return name

    def half_done():
        held.done.append("half")
        newest.append(held.turns.unhurried("a", named("new")))
        yield
        held.done.append("never")

    newest = []
    waiting = held.turns.unhurried("a", named("old"))
    begun = held.turns.unhurried("a", half_done())
    other = held.turns.unhurried("b", named("other"))
    held.open()
    for replaced in (waiting, begun):
        with pytest.raises(Refusal, match="Another place of this session was asked for since"):
            replaced.result(5)
    assert other.result(5) == "other"
    assert newest[0].result(5) == "new"
    held.turns.close()
    assert sorted(held.done) == ["half", "new", "other"]


def test_what_nobody_waits_for_any_more_is_not_gone_on_with():
    turns, done = Turns(), []

    def steps():
        done.append("begun")
        future[0].cancel()
        yield
        done.append("never")

    future = []
    gate = threading.Event()
    turns.submit("a", lambda: gate.wait(5))
    future.append(turns.unhurried("a", steps()))
    gate.set()
    with pytest.raises(CancelledError):
        future[0].result(5)
    turns.submit("a", lambda: None).result(5)
    turns.close()
    assert done == ["begun"]


def test_an_error_of_what_is_not_urgent_reaches_who_asked():
    turns = Turns()

    def steps():
        yield
        raise ZeroDivisionError

    assert isinstance(turns.unhurried("a", steps()).exception(5), ZeroDivisionError)
    turns.close()
    assert turns.unhurried("a", steps()).cancelled()


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
