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

from .stubs import StubPredictors, StubSlide, take_in_all

KILLS = int(os.environ.get("ZOOMISEG_KILLS", "25"))
SESSIONS = max(1, KILLS // 25)
CHILD = Path(__file__).parent / "kill_child.py"


def shown(session: Session) -> bytes:
    return session.read(Box(0, 0, 5200, 1400), mpp=2.0).tobytes()


def work_until_killed(folder: Path, seed: int, *, operations: int, seconds: float) -> list[tuple[str, int]]:
    """Let a process do some operations and a part of the next, kill it, and return what it acknowledged.

    Without operations the time runs from its start, so that it may be making or opening the session.
    """
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), str(seed)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        lines = [process.stdout.readline() for _ in range(operations + 1 if operations else 0)]
        time.sleep(seconds)
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -9
    return [
        (op_id, int(revision)) for op_id, revision in (line.split() for line in lines if line != "ready\n")
    ]


def replayed(session: Session) -> Session:
    return take_in_all(Session(StubSlide(5200, 1400), predictors=StubPredictors()), session)


def test_after_a_kill_every_acknowledged_event_is_there_and_the_mask_equals_a_replay(tmp_path: Path) -> None:
    chance = random.Random(7)
    total = 0
    for number in range(SESSIONS):
        folder = tmp_path / f"{number}.zoomiseg"
        acknowledged: list[tuple[str, int]] = []
        for kill in range(-(-KILLS // SESSIONS)):
            operations = chance.randint(1, 8) if kill % 3 else 0
            seconds = chance.uniform(0, 0.06) if operations else chance.uniform(0.1, 0.8)
            acknowledged += work_until_killed(
                folder, 1000 * number + kill, operations=operations, seconds=seconds
            )
            session = Session(StubSlide(5200, 1400), folder=folder, predictors=StubPredictors())
            assert session.notices == []
            numbers = {row.op_id: row.n for row in session._log.rows}
            assert [(op_id, numbers.get(op_id)) for op_id, _ in acknowledged] == acknowledged
            assert shown(session) == shown(replayed(session))
            session.close()
        total += len(acknowledged)
    assert total > KILLS
