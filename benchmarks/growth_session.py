"""What a click, an undo and reopening cost in a session that has been clicked often; a program of growth.py.

    python benchmarks/growth_session.py --slide SLIDE --folder FOLDER --clicks 2000

Networks that cost nothing predict (server_light.py): what grows is what the session itself does. Prints a
line of JSON at each of `AT` clicks.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
from server_light import PAIR

from zoomiseg.geometry import Box
from zoomiseg.session import Session
from zoomiseg.slide import Slide, open_slide

Done = TypeVar("Done")
AT = (10, 100, 500, 1000, 2000)
LAST = 9
"""How many clicks and undos each figure is the median of."""


def main() -> None:
    """Click up to each number, undo and redo, reopen, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slide", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="of the session, new")
    parser.add_argument("--clicks", type=int, default=AT[-1])
    wishes = parser.parse_args()
    chance = random.Random(1)
    with open_slide(wishes.slide) as slide:
        made = 0
        for clicks in (each for each in AT if each <= wishes.clicks):
            print(json.dumps(_at(slide, wishes.folder, made, clicks, chance)), flush=True)
            made = clicks


def _at(slide: Slide, folder: Path, made: int, clicks: int, chance: random.Random) -> dict[str, float]:
    with Session(slide, folder=folder, predictors=PAIR) as session:
        answers = [_timed(lambda: _click(session, chance))[0] for _ in range(clicks - made)]
        undone = [_timed(session.undo)[0] for _ in range(LAST)]
        for _ in range(LAST):
            session.redo()
    reopening, session = _timed(lambda: Session(slide, folder=folder, predictors=PAIR))
    with session:
        events = len(session.events)
        gc.collect()
        return {
            "clicks": events,
            "click_cpu_ms": _median_ms([cpu for _, cpu in answers[-LAST:]]),
            "click_ms": _median_ms([wall for wall, _ in answers[-LAST:]]),
            "undo_cpu_ms": _median_ms([cpu for _, cpu in undone]),
            "undo_ms": _median_ms([wall for wall, _ in undone]),
            "reopen_cpu_s": round(reopening[1], 3),
            "reopen_s": round(reopening[0], 3),
            "rss_mb": round(psutil.Process().memory_info().rss / 2**20),
        }


def _click(session: Session, chance: random.Random) -> None:
    """Click anywhere, three in four at the low scale, and show the mask around it."""
    x, y = chance.randrange(session.slide.width), chance.randrange(session.slide.height)
    scale = "high" if chance.random() < 0.25 else "low"
    session.click(x=x, y=y, label=chance.choice((1, 1, -1)), scale=scale)
    mpp = 0.5 if scale == "high" else 2.0
    side = round(256 * mpp / session.slide.mpp[0])
    session.mask(Box(x - side // 2, y - side // 2, side, side), mpp=mpp)


def _timed(do: Callable[[], Done]) -> tuple[tuple[float, float], Done]:
    """Return (wall, processor) seconds and what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = do()
    return (time.perf_counter() - wall, time.process_time() - cpu), done


def _median_ms(seconds: list[float]) -> float:
    return round(1000 * sorted(seconds)[len(seconds) // 2], 2)


if __name__ == "__main__":
    main()
