"""What a run tells of itself."""

from __future__ import annotations

import pytest

from zoomiseg.training._progress import Progress, keep_rows


def test_means_are_told_every_twenty_steps_and_at_the_end(tmp_path):
    told = []
    progress = Progress(tmp_path, first=0, last=25, report=told.append)
    for step in range(1, 26):
        progress.add(step, float(step), step / 100, 0.0)
    assert [pace.step for pace in told] == [20, 25]
    assert [pace.loss for pace in told] == pytest.approx([10.5, 23.0])
    assert [pace.iou for pace in told] == pytest.approx([0.105, 0.23])


def test_time_is_told_a_step_and_the_share_of_it_that_was_waited(tmp_path, clock):
    told = []
    progress = Progress(tmp_path, first=0, last=4, report=told.append)
    for step in range(1, 5):
        clock.now += 3.0
        progress.add(step, 0.0, 0.0, 0.75)
    (pace,) = told
    assert (pace.seconds, pace.waited) == (3.0, 0.25)


def test_a_pause_is_no_time_of_training(tmp_path, clock):
    told = []
    progress = Progress(tmp_path, first=0, last=1, report=told.append)
    clock.now += 9.0
    progress.pause(7.0)
    progress.add(1, 0.0, 0.0, 0.0)
    assert told[0].seconds == 2.0


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""

    class Clock:
        now = 100.0

    monkeypatch.setattr("zoomiseg.training._progress.perf_counter", lambda: Clock.now)
    return Clock


def test_the_same_numbers_go_to_a_file(tmp_path, clock):
    progress = Progress(tmp_path, first=0, last=2, report=None)
    progress.add(1, 0.25, 0.5, 0.0)
    clock.now += 4.0
    progress.add(2, 0.75, 0.7, 1.0)
    rows = (tmp_path / "loss.csv").read_text().splitlines()
    assert rows == ["step,loss,iou,seconds,waited", "2,0.50000,0.6000,2.000,0.250"]


@pytest.mark.parametrize(("first", "left"), [(40, ["20", "40"]), (0, [])])
def test_rows_of_steps_that_are_done_again_are_dropped(tmp_path, first, left):
    path = tmp_path / "some.csv"
    path.write_text("step,value\n20,0.5\n40,0.4\n60,0.3\n")
    keep_rows(path, "step,value", until=first)
    rows = path.read_text().splitlines()
    assert rows[0] == "step,value"
    assert [row.split(",")[0] for row in rows[1:]] == left
