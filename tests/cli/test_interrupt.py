"""Ctrl-C at any time: exit code 130, nothing half-written, and the same command goes on."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from .program import clicks_file, leftovers, mask_pixels

MANY = tuple(
    (
        50.0 + 50 * (i % 10),
        60.0 + 70 * (i // 10),
        "tumour" if i % 3 else "background",
        "high" if i % 2 else "low",
    )
    for i in range(24)
)


def segment(run, slide, clicks, output):
    return run("segment", slide, "--clicks", clicks, "-o", output, "--weights", "tiny", "--json")


def same_result(one: Path, other: Path) -> None:
    for name in ("case.geojson", "case-overview.png"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    np.testing.assert_array_equal(
        mask_pixels(one / "case-mask.ome.tif"), mask_pixels(other / "case-mask.ome.tif")
    )


def wait_for_clicks(log: Path, count: int, process) -> None:
    """Wait until the session's plain log holds its header and so many clicks."""
    until = time.monotonic() + 120
    while not log.exists() or log.read_bytes().count(b"\n") <= count:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.005)


def test_ctrl_c_midway_keeps_the_clicks_and_the_next_run_ends_as_if_it_had_not_been(
    run, start, slide, tmp_path
):
    clicks = clicks_file(tmp_path / "clicks.geojson", MANY)
    assert segment(run, slide, clicks, tmp_path / "whole").code == 0
    command = ("segment", slide, "--clicks", clicks, "-o", tmp_path / "out", "--weights", "tiny", "--json")
    process = start(*command)
    session = tmp_path / "out" / "case.zoomiseg"
    wait_for_clicks(session / "events.jsonl", 5, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert "Traceback" not in err
    assert f"of 24 clicks are kept in {session}; the same command goes on from there." in err
    assert "Interrupted; nothing is left half-written." in err
    made = (session / "events.jsonl").read_bytes().count(b"\n") - 1
    assert 5 <= made < 24
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["case.zoomiseg"]
    assert leftovers(tmp_path) == []

    assert segment(run, slide, clicks, tmp_path / "out").code == 0
    same_result(tmp_path / "out", tmp_path / "whole")


@pytest.fixture
def interrupt_at(monkeypatch):
    """Presses Ctrl-C when a bar of a given name has passed a given share."""
    from zoomiseg.cli import _replay, _results

    def at(name, share):
        class Bar:
            def __init__(self, what):
                self.what = what

            def __enter__(self):
                return self

            def __exit__(self, *error):
                return None

            def __call__(self, done):
                if self.what == name and done >= share:
                    signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(_replay, "progress", Bar)
        monkeypatch.setattr(_results, "progress", Bar)

    return at


@pytest.mark.parametrize(
    ("bar", "share"),
    [
        ("Preparing the networks", 0.5),
        ("Clicking", 0.2),
        ("Clicking", 1.0),
        ("Writing the mask", 0.1),
        ("Writing the mask", 0.9),
        ("Writing polygons", 0.1),
    ],
)
def test_ctrl_c_at_any_stage_leaves_nothing_half_written(
    run, slide, finished, tmp_path, interrupt_at, bar, share
):
    interrupt_at(bar, share)
    answer = segment(run, slide, finished / "clicks.geojson", tmp_path / "out")
    interrupt_at(None, 2)
    assert answer.code == 130
    assert leftovers(tmp_path) == []
    for path in (tmp_path / "out").iterdir():
        assert path.name in ("case.zoomiseg", "case-mask.ome.tif"), "a later file is not there yet"
    again = segment(run, slide, finished / "clicks.geojson", tmp_path / "out")
    assert again.code == 0
    same_result(tmp_path / "out", finished / "result")


def test_ctrl_c_leaves_an_earlier_result_as_it_was(run, slide, finished, copy, interrupt_at):
    interrupt_at("Writing the mask", 0.5)
    answer = segment(run, slide, finished / "clicks.geojson", copy)
    assert answer.code == 130
    same_result(copy, finished / "result")
    assert leftovers(copy) == []
