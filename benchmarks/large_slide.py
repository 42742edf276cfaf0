"""Peak memory and time of `zoomiseg segment` on a very large slide: the sample slide's tissue, repeated.

    python benchmarks/large_slide.py --size 100000 -o FOLDER

Writes the slide (several GB at 100,000 pixels a side), puts clicks all over it, runs `segment` as a process
of its own, and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import cv2
import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray

from zoomiseg.export import PlacedClick, write_clicks
from zoomiseg.geometry import Click
from zoomiseg.slide import open_slide, sample_path

MPP = (0.25, 0.25)
TILE = 512


def main() -> None:
    """Make what is not there yet, run, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="pixels a side")
    parser.add_argument("--clicks", type=int, default=24, help="three in four at the low scale")
    parser.add_argument("--weights", default="compact")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    slide = options.output / f"large-{options.size}.tif"
    seconds = write_slide(slide, options.size)
    clicks = options.output / f"clicks-{options.size}.geojson"
    write_clicks(clicks, spread_clicks(options.size, options.clicks))
    before = perf_counter()
    result = segment(slide, clicks, options.output / f"result-{options.size}", options.weights)
    figures = {
        "size": options.size,
        "clicks": options.clicks,
        "seconds_to_write_slide": round(seconds, 1),
        "seconds_to_segment": round(perf_counter() - before, 1),
        "seconds_per_click": result["seconds_per_click"],
        "peak_rss_mb": result["peak_rss_mb"],
        "area_mm2": result["area_mm2"],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def write_slide(path: Path, size: int) -> float:
    """Write the slide unless it is there, and return the seconds that it took.

    Only the tiles of one repeat are encoded, at each level; the rest of the pyramid repeats them.
    """
    if path.exists():
        return 0.0
    before = perf_counter()
    with open_slide(sample_path("bcss-1015")) as sample:
        block = sample.read(sample.grids.slide.box, sample.grids.slide)
    temporary = path.with_suffix(".part")
    with tifffile.TiffWriter(temporary, bigtiff=True) as writer:
        level = 0
        while True:
            side = -(-size // 2**level)
            writer.write(
                repeated_tiles(block, side),
                shape=(side, side, 3),
                dtype=np.uint8,
                tile=(TILE, TILE),
                photometric="ycbcr",
                subsampling=(1, 1),
                compression="jpeg",
                subfiletype=1 if level else 0,
                resolution=(1e4 / (MPP[0] * 2**level), 1e4 / (MPP[1] * 2**level)),
                resolutionunit="CENTIMETER",
            )
            if side <= TILE:
                break
            block = cv2.resize(
                block, (block.shape[1] // 2, block.shape[0] // 2), interpolation=cv2.INTER_AREA
            )
            level += 1
    temporary.replace(path)
    return perf_counter() - before


def repeated_tiles(block: NDArray[np.uint8], side: int) -> Iterator[bytes]:
    """Yield a level's JPEG tiles, row by row: the block repeated. Equal tiles are encoded once."""
    encoded: dict[tuple[int, int], bytes] = {}
    count = -(-side // TILE)
    for row in range(count):
        for column in range(count):
            place = row * TILE % block.shape[0], column * TILE % block.shape[1]
            if place not in encoded:
                rows = (place[0] + np.arange(TILE)) % block.shape[0]
                columns = (place[1] + np.arange(TILE)) % block.shape[1]
                tile = np.ascontiguousarray(block[np.ix_(rows, columns)])
                encoded[place] = imagecodecs.jpeg8_encode(
                    tile, level=75, outcolorspace="YCBCR", subsampling=(1, 1)
                )
            yield encoded[place]


def spread_clicks(size: int, count: int) -> list[PlacedClick]:
    """Return clicks on tumour nests of the repeated block, spread over the slide."""
    rng = np.random.default_rng(0)
    places = rng.uniform(0.02, 0.98, (count, 2)) * size
    return [
        PlacedClick(Click(float(x), float(y), 1), "high" if index % 4 == 3 else "low")
        for index, (x, y) in enumerate(places)
    ]


def segment(slide: Path, clicks: Path, output: Path, weights: str) -> dict[str, float]:
    """Run `zoomiseg segment` as a user would, and return what it printed."""
    command = [sys.executable, "-c", "from zoomiseg.cli import main; main()", "segment", str(slide)]
    command += ["--clicks", str(clicks), "-o", str(output), "--weights", weights, "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    main()
