"""Really kills a working process, again and again on the same session."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from zoomiseg.geometry import Box
from zoomiseg.session import Session
from zoomiseg.session._events import event_of

from .stubs import StubPredictors, StubSlide

KILLS = int(os.environ.get("ZOOMISEG_KILLS", "25"))
SESSIONS = max(1, KILLS // 25)
CHILD = Path(__file__).parent / "kill_child.py"


def shown(session: Session) -> bytes:
    return session.read(Box(0, 0, 5200, 1400), mpp=2.0).tobytes()


def work_until_killed(folder: Path, seed: int, seconds: float, *, opening: bool) -> list[tuple[str, int]]:
    """Let a process work, kill it, and return the operations that it had acknowledged.

    With `opening` the time runs from its start, so that it may be making or opening the session.
    """
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), str(seed)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        if not opening:
            assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        lines = process.stdout.read().splitlines()
    assert process.returncode == -9
    return [(op_id, int(revision)) for op_id, revision in (line.split() for line in lines if line != "ready")]


def replayed(session: Session) -> Session:
    replay = Session(StubSlide(5200, 1400), predictors=StubPredictors())
    for row in session._log.rows:
        replay._fold.apply(event_of(row))
    return replay


def test_after_a_kill_every_acknowledged_event_is_there_and_the_mask_equals_a_replay(tmp_path: Path) -> None:
    chance = random.Random(7)
    total = 0
    for number in range(SESSIONS):
        folder = tmp_path / f"{number}.zoomiseg"
        acknowledged: list[tuple[str, int]] = []
        for kill in range(-(-KILLS // SESSIONS)):
            opening = kill % 3 == 0
            seconds = chance.uniform(0.2, 0.7) if opening else chance.uniform(0, 0.25)
            acknowledged += work_until_killed(folder, 1000 * number + kill, seconds, opening=opening)
            session = Session(StubSlide(5200, 1400), folder=folder, predictors=StubPredictors())
            assert session.notices == []
            numbers = {row.op_id: row.n for row in session._log.rows}
            assert [(op_id, numbers.get(op_id)) for op_id, _ in acknowledged] == acknowledged
            assert shown(session) == shown(replayed(session))
            session.close()
        total += len(acknowledged)
    assert total > KILLS
