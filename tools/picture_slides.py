"""Draw the pictures of docs/slides.md: each style at 5x and 20x with its truth, real tissue likewise.

python tools/picture_slides.py docs/images
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.durable import replace_file
from zoomiseg.geometry import Box
from zoomiseg.samples import Kind, Specimen, style_names
from zoomiseg.slide import open_mask, open_slide, sample_path

FIRST_SEED = 1
"""Styles take seeds from here on, one each: not the prettiest ones."""
_SLIDE_PX = 4096
_WIDE_PX, _CLOSE_PX = 2048, 512
_SHARE = 0.35
_YELLOW = (255, 225, 40)

Image = NDArray[np.uint8]
Read = Callable[[Box], tuple[Image, NDArray[np.bool_]]]


def main() -> None:
    """Write one picture for each style and one of real tissue."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for seed, style in enumerate(style_names(), FIRST_SEED):
        specimen = Specimen(_SLIDE_PX, _SLIDE_PX, seed=seed, style=style)
        _save(folder / f"slide-{style}.jpg", _panel(_reader(specimen), _SLIDE_PX, _SLIDE_PX))
    _save(folder / "slide-real.jpg", _real())


def _reader(specimen: Specimen) -> Read:
    def read(box: Box) -> tuple[Image, NDArray[np.bool_]]:
        view = specimen.read(box)
        return view.image, view.kind == Kind.TUMOUR

    return read


def _real() -> Image:
    with open_slide(sample_path("bcss-1015")) as slide, open_mask(sample_path("bcss-1015-mask")) as mask:
        grid = slide.grids.high

        def read(box: Box) -> tuple[Image, NDArray[np.bool_]]:
            values = mask.read(Box(0, 0, mask.width, mask.height))
            size = grid.width, grid.height
            whole = cv2.resize((values > 0).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
            return slide.read(box, grid), whole[box.y : box.bottom, box.x : box.right] > 0

        return _panel(read, grid.width, grid.height)


def _panel(read: Read, width: int, height: int) -> Image:
    """Return four squares: 5x, the same with the truth's outline, a part of it at 20x, that outlined."""
    side = min(_WIDE_PX, width, height)
    image, truth = read(Box(0, 0, width, height))
    left, top = _place(truth, side)
    image, truth = image[top : top + side, left : left + side], truth[top : top + side, left : left + side]
    wide = np.asarray(cv2.resize(image, (_CLOSE_PX, _CLOSE_PX), interpolation=cv2.INTER_AREA), np.uint8)
    close_left, close_top = _place(truth, _CLOSE_PX)
    part = np.s_[close_top : close_top + _CLOSE_PX, close_left : close_left + _CLOSE_PX]
    small = cv2.resize(truth.astype(np.float32), (_CLOSE_PX, _CLOSE_PX), interpolation=cv2.INTER_AREA)
    outlined = _outlined(wide, np.asarray(small >= 0.5, np.uint8))
    factor = _CLOSE_PX / side
    corner = int(close_left * factor), int(close_top * factor)
    far = corner[0] + int(_CLOSE_PX * factor), corner[1] + int(_CLOSE_PX * factor)
    cv2.rectangle(outlined, corner, far, (20, 20, 20), 2)
    gap = np.full((_CLOSE_PX, 8, 3), 255, np.uint8)
    return np.hstack(
        [wide, gap, outlined, gap, image[part], gap, _outlined(image[part], truth[part].astype(np.uint8))]
    )


def _place(truth: NDArray[np.bool_], side: int) -> tuple[int, int]:
    """Return the corner of the square whose share of tumour is nearest to a third."""
    step = 32
    small = cv2.resize(
        truth.astype(np.float32),
        (truth.shape[1] // step, truth.shape[0] // step),
        interpolation=cv2.INTER_AREA,
    )
    window = max(side // step, 1)
    sums = cv2.boxFilter(small, -1, (window, window), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    valid = sums[: small.shape[0] - window + 1, : small.shape[1] - window + 1]
    row, column = np.unravel_index(np.abs(valid - _SHARE).argmin(), valid.shape)
    return int(column) * step, int(row) * step


def _outlined(image: Image, truth: NDArray[np.uint8]) -> Image:
    contours = cv2.findContours(truth, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
    return np.asarray(cv2.drawContours(image.copy(), contours, -1, _YELLOW, 1), np.uint8)


def _save(path: Path, image: Image) -> None:
    encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    replace_file(path, [encoded.tobytes()])
    print(f"{path}: {image.shape[1]} x {image.shape[0]}, {len(encoded) // 1000} kB")


if __name__ == "__main__":
    main()
