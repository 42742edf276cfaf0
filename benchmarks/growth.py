"""How cost grows: with the slide, with the tumour on it, and with the clicks of a session.

    python benchmarks/growth.py -o FOLDER [--page docs/performance.md]

Each step runs once, as a process of its own, and is written to FOLDER/growth.json when it is done; the same
command goes on after an interruption. `--page` puts tables into the page and plots beside it. The slide of
100,000 pixels a side needs 4 GB in FOLDER for a while. On a busy machine wall seconds are upper bounds; so
the seconds of the processor are counted too.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from growth_page import write_page
from large_slide import segment, spread_clicks, write_slide

from zoomiseg.durable import replace_file
from zoomiseg.export import write_clicks

SLIDES = ((5_000, 1), (20_000, 4), (50_000, 25), (100_000, 25), (100_000, 100))
"""Pixels a side, and clicks: one for each 10,000 x 10,000 pixels, and once those of the slide before."""

EXPORTS = (
    (10_000, "tiff", "islands"),
    (10_000, "geojson", "islands"),
    (10_000, "geojson", "sheet"),
    (30_000, "geojson", "islands"),
    (30_000, "geojson", "sheet"),
    (50_000, "tiff", "islands"),
    (50_000, "geojson", "islands"),
)
"""Of masks at 0.5 µm: 50,000 pixels a side are a slide of 100,000 at 0.25 µm."""

SESSION_SIZE = 20_000
HERE = Path(__file__).parent
Figures = dict[str, Any]


def main() -> None:
    """Do what was not done before, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--only", help="steps whose name begins so")
    parser.add_argument("--page", type=Path, help="a Markdown page to put tables into")
    wishes = parser.parse_args()
    wishes.output.mkdir(parents=True, exist_ok=True)
    kept = wishes.output / "growth.json"
    done: dict[str, Figures] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for name, step in _steps(wishes.output, wishes.weights).items():
        if name not in done and name.startswith(wishes.only or ""):
            print(f"{name} ...", flush=True)
            done[name] = step()
            replace_file(kept, [(json.dumps(done, indent=1) + "\n").encode()])
            print(json.dumps(done[name]), flush=True)
    if wishes.page:
        write_page(wishes.page, done)


def _steps(folder: Path, weights: str) -> dict[str, Callable[[], Figures]]:
    return {
        **{
            f"slide {size} {clicks}": partial(_slide, folder, size, clicks, weights)
            for size, clicks in SLIDES
        },
        **{
            f"export {size} {form} {tumour}": partial(_export, folder, size, form, tumour)
            for size, form, tumour in EXPORTS
        },
        "session": partial(_session, folder),
    }


def _slide(folder: Path, size: int, count: int, weights: str) -> Figures:
    """Segment a slide with so many clicks, then export its mask again."""
    slide, clicks = folder / f"large-{size}.tif", folder / f"clicks-{size}.geojson"
    result = folder / f"result-{size}"
    shutil.rmtree(result, ignore_errors=True)
    write_slide(slide, size)
    write_clicks(clicks, spread_clicks(size, count))
    wall, cpu = time.perf_counter(), _cpu_of_children()
    segmented = segment(slide, clicks, result, weights)
    figures: Figures = {
        "size": size,
        "clicks": count,
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(_cpu_of_children() - cpu, 1),
        "peak_rss_mb": round(segmented["peak_rss_mb"]),
        "seconds_per_click": segmented["seconds_per_click"],
        "area_mm2": segmented["area_mm2"],
        "slide_mb": round(slide.stat().st_size / 2**20),
    }
    for form in ("tiff", "geojson"):
        wishes = ["--form", form, "--session", str(segmented["session"]), "--slide", str(slide)]
        figures[form] = _printed("growth_export.py", *wishes, "--weights", weights, "-o", str(folder))[0]
    for path in (slide, clicks):
        path.unlink()
    shutil.rmtree(result)
    return figures


def _export(folder: Path, size: int, form: str, tumour: str) -> Figures:
    wishes = ["--size", str(size), "--form", form, "--tumour", tumour, "-o", str(folder)]
    return _printed("growth_export.py", *wishes)[0]


def _session(folder: Path) -> Figures:
    slide, session = folder / f"large-{SESSION_SIZE}.tif", folder / "long.zoomiseg"
    shutil.rmtree(session, ignore_errors=True)
    write_slide(slide, SESSION_SIZE)
    rows = _printed("growth_session.py", "--slide", str(slide), "--folder", str(session))
    slide.unlink()
    shutil.rmtree(session)
    return {"size": SESSION_SIZE, "rows": rows}


def _printed(program: str, *wishes: str) -> list[Figures]:
    """Run a program of this folder, and return the lines of JSON that it printed."""
    command = [sys.executable, str(HERE / program), *wishes]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
