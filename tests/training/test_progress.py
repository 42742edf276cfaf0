"""What a run tells of itself."""

from __future__ import annotations

import pytest

from zoomiseg.training._progress import Progress


def test_means_are_told_every_twenty_steps_and_at_the_end(tmp_path):
    told = []
    progress = Progress(tmp_path, first=0, last=25, report=lambda *now: told.append(now))
    for step in range(1, 26):
        progress.add(step, float(step), step / 100)
    assert [step for step, *_ in told] == [20, 25]
    assert [loss for _, loss, *_ in told] == pytest.approx([10.5, 23.0])
    assert [overlap for _, _, overlap, _ in told] == pytest.approx([0.105, 0.23])
    assert all(seconds >= 0 for *_, seconds in told)


def test_the_same_numbers_go_to_a_file(tmp_path):
    progress = Progress(tmp_path, first=0, last=2, report=None)
    progress.add(1, 0.25, 0.5)
    progress.add(2, 0.75, 0.7)
    (row,) = (tmp_path / "loss.csv").read_text().splitlines()
    assert row.split(",")[:3] == ["2", "0.50000", "0.6000"]
    assert float(row.split(",")[3]) >= 0


@pytest.mark.parametrize(("first", "left"), [(40, ["20", "40"]), (0, [])])
def test_rows_of_steps_that_are_done_again_are_dropped(tmp_path, first, left):
    (tmp_path / "loss.csv").write_text("20,0.5,0.1,0.2\n40,0.4,0.1,0.2\n60,0.3,0.1,0.2\n")
    Progress(tmp_path, first=first, last=100, report=None)
    rows = (tmp_path / "loss.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == left
