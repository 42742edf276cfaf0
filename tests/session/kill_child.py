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
    match chance.randrange(10):
        case 0 | 1:
            return session.undo(op_id=op_id)
        case 2:
            return session.redo(op_id=op_id)
        case 3 if clicks:
            return session.delete(chance.choice(clicks), op_id=op_id)
        case 4:
            return session.settle(Box(x, y, 700, 500), op_id=op_id)
        case 5 | 6:
            return session.click(x=x, y=y, label=chance.choice([1, -1]), scale="high", op_id=op_id)
    return session.click(x=x, y=y, label=chance.choice([1, -1]), op_id=op_id)


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
            continue  # nothing to undo or redo
        sys.stdout.write(f"{op_id} {change.revision}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
