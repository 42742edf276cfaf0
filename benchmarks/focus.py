"""How much of a click's effect lies near it: what recomputing only a crop around the click could save.

    python benchmarks/focus.py pairs.csv --scale low --split val --collages 6

The robot clicks collages of 1024 x 1024 pixels. After each click but the first, the new mask is compared with
the old one into which only a square around the click was taken over from the new one. That is the best that
any recomputed crop could be: a real one sees less than the whole patch besides. A crop may stand in for the
patch where both agree to an IoU above 0.99. Printed are, for each side of the square, the share of clicks for
which that holds, the lowest and the median IoU, and the share of the patch that need not be computed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.datasets import read_manifest
from zoomiseg.experiment import PredictorMethod, collage_subjects
from zoomiseg.geometry import HIGH, LOW, PATCH_SIZE
from zoomiseg.guidance import PatchPoint
from zoomiseg.networks import find_weights
from zoomiseg.predict import load_predictor
from zoomiseg.robot import THRESHOLD, iou, next_click

SIDES = (256, 384, 512, 640, 768)
ENOUGH = 0.99
CLICKS = 12

Mask = NDArray[np.bool_]


def main() -> None:
    """Print a row for each side of the square."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--scale", choices=("low", "high"), default="low")
    parser.add_argument("--split", default="val")
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--collages", type=int, default=6)
    options = parser.parse_args()
    mpp = (LOW if options.scale == "low" else HIGH).mpp
    pairs = [pair for pair in read_manifest(options.manifest) if pair.split == options.split]
    method = PredictorMethod(load_predictor(find_weights(options.weights), options.scale)[0], mpp)
    agreed: dict[int, list[float]] = {side: [] for side in SIDES}
    subjects = collage_subjects(pairs, mpp, PATCH_SIZE, seed=1, most=options.collages)
    for number, subject in enumerate(subjects, start=1):
        for side, values in _agreements(method, *subject.read()).items():
            agreed[side] += values
        print(f"Collage {number} of {len(subjects)}", file=sys.stderr)
    print("| side | clicks with IoU above 0.99 | lowest | median | of the patch not computed |")
    print("| --- | --- | --- | --- | --- |")
    for side, values in agreed.items():
        enough = np.mean([value > ENOUGH for value in values])
        saved = 1 - (side / PATCH_SIZE) ** 2
        print(f"| {side} | {enough:.0%} | {min(values):.3f} | {np.median(values):.3f} | {saved:.0%} |")


def _agreements(method: PredictorMethod, image: NDArray[np.uint8], truth: Mask) -> dict[int, list[float]]:
    """Return the IoU of the whole mask and the one renewed in a square, for each click but the first."""
    points: list[PatchPoint] = []
    probability = None
    old = np.zeros(truth.shape, bool)
    agreed: dict[int, list[float]] = {side: [] for side in SIDES}
    for number in range(CLICKS):
        click = next_click(old, truth, clicked=[point[:2] for point in points])
        if click is None:
            break
        points.append((click.column, click.row, click.label))
        probability = method.predict(image, points, probability)
        new = probability >= THRESHOLD
        if number:
            for side, values in agreed.items():
                values.append(iou(_renewed(old, new, click.column, click.row, side), new))
        old = new
    return agreed


def _renewed(old: Mask, new: Mask, column: int, row: int, side: int) -> Mask:
    """Return the old mask with a square of the new one, which is moved into the image at its border."""
    height, width = new.shape
    left = min(max(column - side // 2, 0), max(width - side, 0))
    top = min(max(row - side // 2, 0), max(height - side, 0))
    taken = old.copy()
    taken[top : top + side, left : left + side] = new[top : top + side, left : left + side]
    return taken


if __name__ == "__main__":
    main()
