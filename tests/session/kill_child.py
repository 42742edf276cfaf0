"""Works on a session until it is killed; prints each operation once it is acknowledged."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from stubs import StubPredictors, StubSlide

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Change, Session


def operate(session: Session, chance: random.Random, op_id: str) -> Change:
    x, y = chance.randrange(session.slide.width), chance.randrange(session.slide.height)
    clicks = [event.op_id for event in session.events if event.kind == "click"]
    label, mode = chance.choice([1, -1]), chance.choice(["add", "erase"])
    acts = [
        lambda: session.undo(op_id=op_id),
        lambda: session.undo(op_id=op_id),
        lambda: session.redo(op_id=op_id),
        lambda: session.delete(chance.choice(clicks), op_id=op_id) if clicks else session.undo(op_id=op_id),
        lambda: session.settle(Box(x, y, 700, 500), op_id=op_id),
        lambda: session.stroke([(x, y), (y, y)], width_um=90, mode=mode, op_id=op_id),
        lambda: session.lock(Box(x, y, 300, 300), op_id=op_id),
        lambda: session.scribble([(x, y), (x + 200, y)], label=1, scale="high", op_id=op_id),
        lambda: session.import_polygons([[[(x, y), (0, 0), (y, 900)]]], op_id=op_id),
        *[lambda: session.click(x=x, y=y, label=label, scale="high", op_id=op_id)] * 2,
        *[lambda: session.click(x=x, y=y, label=label, op_id=op_id)] * 3,
    ]
    return chance.choice(acts)()


def main(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    session = Session(StubSlide(5200, 1400), folder=folder, predictors=StubPredictors())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in range(10_000):
        op_id = f"{seed}-{number}"
        try:
            change = operate(session, chance, op_id)
        except SessionError:
            continue  # nothing to undo or redo, or locked
        sys.stdout.write(f"{op_id} {change.revision}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
