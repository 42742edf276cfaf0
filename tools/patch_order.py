"""Whether later patches of a slide take fewer clicks than earlier ones, alone or against another run.

    python tools/patch_order.py FILE [--against FILE] [--row high-only] [--slide NAME] [--quality 0.85]

The files are `evaluation.json` of `zoomiseg evaluate -o`, the second of the same slides and row with, say,
`--adapt memory`. For each slide and each quarter of its patches, in the order in which they were worked on:
mean clicks to the quality (what never gets there counts as many as a patch may take) and mean IoU after one
click. With `--against`, patches are paired by place, and the ratio of their clicks, that file's to the
first's, comes with an interval by paired bootstrap. Where a network does not learn, quarters differ by their
tissue alone; so learning shows in a ratio that falls from quarter to quarter.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoomiseg.errors import OutputError
from zoomiseg.experiment import paired_clicks
from zoomiseg.experiment.evaluation import EvaluationFile, patches_of
from zoomiseg.geometry import Box

PARTS = 4


@dataclass(frozen=True)
class Worked:
    """A patch that was clicked.

    Args:
        box: Where, on its scale's grid.
        clicks: To the quality.
        first: IoU after one click.
    """

    box: Box
    clicks: int
    first: float


def main() -> int:
    """Print a table for each slide."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--row", default="high-only")
    parser.add_argument("--slide", help="its name in the file; all without")
    parser.add_argument("--quality", type=float, default=0.85)
    options = parser.parse_args()
    paths = [options.file, *([options.against] if options.against else [])]
    try:
        files = [EvaluationFile.read(path) for path in paths]
    except OutputError as error:
        print(error, file=sys.stderr)
        return 1
    common = [
        name
        for name in files[0].slides
        if options.slide in (None, name) and all(file.has(name, options.row) for file in files)
    ]
    if not common:
        print(f"No such slide has a row {options.row} in every file.", file=sys.stderr)
        return 1
    for name in common:
        series = [worked(file, name, options.row, options.quality) for file in files]
        if len({tuple(each.box for each in patches) for patches in series}) > 1:
            print(f"{name}: the two runs did not work on the same patches.", file=sys.stderr)
            return 1
        print("\n".join([f"{name}, {len(series[0])} patches", *table(series)]))
    return 0


def worked(file: EvaluationFile, slide: str, row: str, quality: float) -> list[Worked]:
    """Return the clicked patches of a slide, in order."""
    run = file.slides[slide].runs[row]
    most = file.setting.rules.noc_max
    return [
        Worked(patch.box, clicks.clicks_to(quality, most=most)[0], clicks.ious[0])
        for patch, clicks in zip(run.patches, patches_of(run), strict=True)
        if clicks.ious
    ]


def table(series: Sequence[Sequence[Worked]]) -> list[str]:
    """Return a line for each quarter, and one for all."""
    places = np.arange(len(series[0]))
    parts = [(f"quarter {number}", part) for number, part in enumerate(np.array_split(places, PARTS), 1)]
    lines = []
    for name, part in [*parts, ("all", places)]:
        if not part.size:
            continue
        chosen = [[patches[place] for place in part] for patches in series]
        each = [
            f"{np.mean([patch.clicks for patch in patches]):.2f} clicks, "
            f"IoU {np.mean([patch.first for patch in patches]):.3f} after one"
            for patches in chosen
        ]
        lines.append(f"  {name}: {'; '.join(each)}{_ratio(chosen)}")
    return lines


def _ratio(chosen: Sequence[Sequence[Worked]]) -> str:
    if len(chosen) < 2:
        return ""
    # A patch that is good enough before any click still had one look: the ratio needs counts above zero.
    first, second = ([max(patch.clicks, 1) for patch in patches] for patches in chosen)
    found = paired_clicks(first, second)
    low, high = found.ratio_interval
    return f"; ratio {found.ratio:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
