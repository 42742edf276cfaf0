"""Draw what `zoomiseg evaluate-patches -o FILE` found: its worst, middle and best images, click by click.

    python tools/picture_patches.py MANIFEST RESULT.json OUT.png

IoU after five clicks decides which images are shown. Columns: the tissue with the truth's outline, then the
mask's outline and the clicks (blue: target, red: not) after 1, 3, 5 and 10 of them. The networks answer the
recorded clicks again, so they must be the ones that the file tells of.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.experiment import PredictorMethod, resampled_pair
from zoomiseg.networks import find_weights
from zoomiseg.predict import load_predictor

COUNTS = (1, 3, 5, 10)
# Okabe and Ito's palette, which colour-blind people can tell apart.
TRUTH, MASK, POSITIVE, NEGATIVE = (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0)
GAP_PX = 6

Picture = NDArray[np.uint8]
Entry = Mapping[str, Any]


def main() -> None:
    """Write one PNG."""
    options = _options()
    result = json.loads(options.result.read_text("utf-8"))
    settings = result["settings"]
    clicked = sorted(
        (entry for entry in result["images"] if "clicks" in entry), key=lambda entry: _iou_after(entry, 5)
    )
    folder = find_weights(settings["weights"], allow_path=True)
    predictor, _ = load_predictor(folder, settings["scale"])
    if predictor.identity != settings["network"]:
        raise SystemExit(f"{options.result} tells of other networks than {folder} holds.")
    method = PredictorMethod(predictor, settings["mpp"])
    pairs = {pair.slide.name: pair for pair in read_manifest(options.manifest)}
    rows = []
    for entry in _chosen(clicked, options.rows):
        rows.append(_row(pairs[entry["name"]], entry, method, options.side))
        print(f"{entry['name']}: IoU {', '.join(f'{_iou_after(entry, count):.3f}' for count in COUNTS)}")
    Image.fromarray(np.concatenate(rows)).quantize(192).save(options.out, optimize=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=2, help="how many of the worst, the middle and the best")
    parser.add_argument("--side", type=int, default=230, help="longest side of a picture, in pixels")
    return parser.parse_args()


def _iou_after(entry: Entry, clicks: int) -> float:
    return float(entry["ious"][min(clicks, len(entry["ious"])) - 1])


def _chosen(ranked: Sequence[Entry], rows: int) -> list[Entry]:
    """Return the worst, the middle and the best, or all where there are fewer."""
    if len(ranked) <= 3 * rows:
        return list(ranked)
    middle = (len(ranked) - rows) // 2
    return [*ranked[:rows], *ranked[middle : middle + rows], *ranked[-rows:]]


def _row(pair: Pair, entry: Entry, method: PredictorMethod, side: int) -> Picture:
    image, truth = resampled_pair(pair, method.mpp)
    cells = [_drawn(image, truth, (), TRUTH, side)]
    probability = None
    for count in range(1, min(COUNTS[-1], len(entry["clicks"])) + 1):
        points = [tuple(point) for point in entry["clicks"][:count]]
        probability = method.predict(image, points, probability)
        if count in COUNTS:
            cells.append(_drawn(image, probability >= 0.5, points, MASK, side))
    blank = np.full_like(cells[0], 255)
    return np.concatenate(cells + [blank] * (1 + len(COUNTS) - len(cells)), axis=1)


def _drawn(
    image: Picture,
    mask: NDArray[np.bool_],
    points: Sequence[tuple[int, int, int]],
    colour: tuple[int, int, int],
    side: int,
) -> Picture:
    """Return a picture with the mask's outline and the clicks, of that width with white to the right."""
    factor = side / max(mask.shape)
    size = round(mask.shape[1] * factor), round(mask.shape[0] * factor)
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    enlarged = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    outline, _ = cv2.findContours(enlarged, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, outline, -1, (0, 0, 0), 3)
    cv2.drawContours(picture, outline, -1, colour, 1)
    for column, row, label in points:
        place = round((column + 0.5) * factor), round((row + 0.5) * factor)
        cv2.circle(picture, place, 5, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(picture, place, 4, POSITIVE if label > 0 else NEGATIVE, -1, cv2.LINE_AA)
    edges = (0, GAP_PX, 0, side + GAP_PX - size[0])
    return np.asarray(
        cv2.copyMakeBorder(picture, *edges, cv2.BORDER_CONSTANT, value=(255, 255, 255)), np.uint8
    )


if __name__ == "__main__":
    main()
