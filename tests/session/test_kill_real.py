"""Kills a process that works with the shipped networks, again and again on one session."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from zoomiseg.predict import Predictors, load_predictors
from zoomiseg.session import ClickMade, Session
from zoomiseg.slide import open_slide, sample_path

KILLS = int(os.environ.get("ZOOMISEG_REAL_KILLS", "3"))
CHILD = Path(__file__).parent / "kill_real_child.py"


def work_until_killed(folder: Path, seed: int, seconds: float) -> list[tuple[str, int]]:
    """Let a process click for some seconds, kill it, and return what it had acknowledged."""
    command = [sys.executable, str(CHILD), str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        lines = process.stdout.read().splitlines()
    assert process.returncode == -9
    return [(op_id, int(revision)) for op_id, revision in (line.split() for line in lines)]


def clicked_again(session: Session, predictors: Predictors) -> Session:
    replay = Session(session.slide, predictors=predictors)
    for event in session.events:
        assert isinstance(event.payload, ClickMade)
        made = event.payload
        replay.click(x=made.x, y=made.y, label=made.label, scale=made.scale)
    return replay


def test_no_acknowledged_click_is_lost_and_the_mask_is_that_of_the_clicks(tmp_path: Path) -> None:
    chance = random.Random(11)
    folder = tmp_path / "killed.zoomiseg"
    predictors = load_predictors("compact")
    acknowledged: list[tuple[str, int]] = []
    # On a slow machine a click may take longer than the process lives; the last one lives long enough.
    lives = [*(chance.uniform(0.05, 1.5) for _ in range(KILLS - 1)), 8.0]
    for kill, seconds in enumerate(lives):
        acknowledged += work_until_killed(folder, kill, seconds)
        with (
            open_slide(sample_path("bcss-1015")) as slide,
            Session(slide, predictors=predictors, folder=folder) as session,
        ):
            known = {row.op_id: row.n for row in session._log.rows}
            assert {op_id: known.get(op_id) for op_id, _ in acknowledged} == dict(acknowledged)
            whole = slide.grids.slide.box
            with clicked_again(session, predictors) as replay:
                assert session.read(whole).tobytes() == replay.read(whole).tobytes()
    assert acknowledged
