from __future__ import annotations

import pytest

from zoomiseg.bench._clock import Times


def test_work_is_done_in_turns_and_the_first_rounds_are_not_kept():
    times, done = Times(), []
    times.interleave({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, rounds=2, untimed=1)
    assert done == ["a", "b"] * 3
    assert (times.count("a"), times.count("b")) == (2, 2)


def test_figures_are_those_of_the_seconds_given():
    times = Times()
    for seconds in (5.0, 1.0, 3.0, 2.0, 4.0):
        times.add("slow", seconds)
        times.add("quick", seconds / 4)
    assert (times.median("slow"), times.least("slow")) == (3.0, 1.0)
    assert times.p95("slow") == pytest.approx(4.8)
    assert times.ratio("slow", "quick") == 4.0
    assert times.ratio("slow", "never timed") is None
    assert "never timed" not in times
