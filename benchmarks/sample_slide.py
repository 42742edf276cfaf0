"""How fast slides are generated, and what they weigh, as ratios that another machine can be held against.

    python benchmarks/sample_slide.py [--size 4096] [--style NAME ...] [--threads 1 2]

One row for each style and number of threads: megapixels a second, peak memory of the process, and the time as
a multiple of merely writing the same pixels (JPEG pyramid and masks), which the same machine needs anyway.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from zoomiseg.geometry import Box
from zoomiseg.memory import peak_rss_mb
from zoomiseg.samples import Specimen, View, style_names, write_sample
from zoomiseg.slide import open_mask, open_slide

LINE = "{:14s} {:>8s} {:>10s} {:>10s} {:>12s}"


class Written:
    """A slide on disk as a source: what it costs to write pixels that need not be drawn."""

    mpp = 0.5

    def __init__(self, slide: Path, kinds: Path) -> None:
        self._slide, self._kinds = open_slide(slide), open_mask(kinds)
        self.width, self.height = self._slide.width, self._slide.height
        box = Box(0, 0, self.width, self.height)
        self._view = View(self._slide.read(box, self._slide.grids.slide), self._kinds.read(box))

    def read(self, box: Box) -> View:
        """Return a box from memory."""
        rows, columns = box.slices_in(Box(0, 0, self.width, self.height))
        return View(self._view.image[rows, columns], self._view.kind[rows, columns])


def main() -> None:
    """Print the table; with --one, make one slide and print its figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=4096, help="pixels a side")
    parser.add_argument("--style", nargs="*", default=list(style_names()))
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--one", nargs=2, metavar=("STYLE", "THREADS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one[0], int(options.one[1]), options.size)))
        return
    print(LINE.format("style", "threads", "MP/s", "peak MB", "x writing"))
    for style in options.style:
        for threads in options.threads:
            figures = in_a_process(style, threads, options.size)
            rate, peak = f"{figures['mp_per_second']:.2f}", f"{figures['peak_rss_mb']:.0f}"
            print(LINE.format(style, str(threads), rate, peak, f"{figures['times_writing']:.1f}"))


def in_a_process(style: str, threads: int, size: int) -> dict[str, float]:
    """Return the figures of one slide, made in a process of its own so that its peak memory is its own."""
    command = [sys.executable, __file__, "--size", str(size), "--one", style, str(threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def one(style: str, threads: int, size: int) -> dict[str, float]:
    """Make a slide, then write the same pixels again, and return the figures."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "slide.tif"
        before = perf_counter()
        done = write_sample(Specimen(size, size, seed=1, style=style), path, kinds=True, threads=threads)
        seconds = perf_counter() - before
        peak = peak_rss_mb() or 0.0
        assert done.kinds is not None
        again = Written(done.slide, done.kinds)
        before = perf_counter()
        write_sample(again, Path(name) / "again.tif", kinds=True, threads=threads)
        writing = perf_counter() - before
    return {
        "mp_per_second": size * size / 1e6 / seconds,
        "peak_rss_mb": peak,
        "times_writing": seconds / writing,
    }


if __name__ == "__main__":
    main()
