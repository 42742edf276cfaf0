"""Clicks on the sample slide with the shipped networks until it is killed; prints each acknowledged click."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from zoomiseg.session import Session
from zoomiseg.slide import open_slide, sample_path


def main(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    with open_slide(sample_path("bcss-1015")) as slide, Session(slide, "compact", folder=folder) as session:
        print("ready", flush=True)
        for number in range(1000):
            op_id = f"{seed}-{number}"
            if number % 4 == 3:
                change = session.undo(op_id=op_id)
            else:
                x, y = chance.randrange(slide.width), chance.randrange(slide.height)
                label, scale = chance.choice([1, -1]), chance.choice(["low", "high"])
                change = session.click(x=x, y=y, label=label, scale=scale, op_id=op_id)
            print(op_id, change.revision, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
