"""What the export of a mask with much tumour costs; a program of growth.py.

    python benchmarks/growth_export.py --size 50000 --form geojson --tumour islands -o FOLDER
    python benchmarks/growth_export.py --session NAME.zoomiseg --slide SLIDE --form tiff -o FOLDER

Without a session the mask is smooth noise, a block of 4096 x 4096 pixels repeated: `islands` of tumour on a
third of the slide, or `sheet`, one region over two thirds of it with holes everywhere. Prints one JSON
object.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.export import MaskRegion, export, region_of_session
from zoomiseg.geometry import Box, Grid
from zoomiseg.memory import peak_rss_mb
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide

BLOCK = 4096
SIGMA_PX = 24.0
LEVELS = {"islands": 0.43, "sheet": -0.43}
"""In standard deviations of the noise: a third, and two thirds of it, lie above."""


def main() -> None:
    """Export once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="pixels a side of the mask, of 0.5 µm")
    parser.add_argument("--tumour", choices=tuple(LEVELS), default="islands")
    parser.add_argument("--session", type=Path, help="its mask instead")
    parser.add_argument("--slide", type=Path, help="of the session")
    parser.add_argument("--weights", default="compact", help="of the session")
    parser.add_argument("--form", choices=("geojson", "tiff"), required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    wishes = parser.parse_args()
    with ExitStack() as stack:
        if wishes.session:
            slide = stack.enter_context(open_slide(wishes.slide))
            networks = load_predictors(wishes.weights)
            session = stack.enter_context(Session(slide, folder=wishes.session, predictors=networks))
            print(json.dumps(measured(region_of_session(session), wishes.output, wishes.form)))
        else:
            region = tumour(wishes.size, LEVELS[wishes.tumour])
            print(json.dumps(measured(region, wishes.output, wishes.form)))


def measured(region: MaskRegion, folder: Path, form: str) -> dict[str, float | None]:
    """Return what the export of a region to one form took."""
    path = folder / f"mask.{'geojson' if form == 'geojson' else 'ome.tif'}"
    # Linux: the peak counts from here on, not what loading and drawing took.
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before, wall, cpu = peak_rss_mb() or 0.0, time.perf_counter(), time.process_time()
    done = export(region, path, to=form)
    figures = {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_rss_mb": round(peak_rss_mb() or 0.0),
        "rss_before_mb": round(before),
        "polygons": done.polygons,
        "area_mm2": round(done.area_mm2, 2),
        "file_mb": round(path.stat().st_size / 2**20, 1),
    }
    path.unlink()
    return figures


def tumour(size: int, level: float) -> MaskRegion:
    """Return a mask of so many pixels a side: where smooth noise lies above a level."""
    noise = np.random.default_rng(0).standard_normal((BLOCK, BLOCK)).astype(np.float32)
    pad = int(4 * SIGMA_PX)
    # Without a seam where the block is repeated.
    smooth = cv2.GaussianBlur(np.pad(noise, pad, mode="wrap"), (0, 0), SIGMA_PX)[pad:-pad, pad:-pad]
    block = smooth > level * smooth.std()

    def read(box: Box) -> NDArray[np.bool_]:
        rows, columns = np.arange(box.y, box.bottom) % BLOCK, np.arange(box.x, box.right) % BLOCK
        return block[np.ix_(rows, columns)]

    return MaskRegion(Grid((1.0, 1.0), size, size, (0.5, 0.5)), read, (0.5, 0.5))


if __name__ == "__main__":
    main()
