"""The masks of an evaluation, kept beside its file: what pictures need and the record does not hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.errors import OutputError
from zoomiseg.geometry import PATCH_SIZE, Box
from zoomiseg.session import Session

from ..metrics import MaskArray
from ..simulation import World
from ._names import path_name

ByteArray = NDArray[np.uint8]
PROBABILITY_SIDE = 512
"""Pixels a side of a low patch's kept probability: half of what the network gave."""
_FOLDER = "masks"


class KeptMasks:
    """Masks by slide, row and low patch, as PNG files.

    A low patch's part of the final mask is kept on the high grid with a bit a pixel, its low network's
    probability as 512 x 512 bytes: about 50 kB together. Nothing is written where there is no mask.

    Args:
        folder: The evaluation's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def keep(self, slide: str, row: str, world: World, session: Session) -> None:
        """Keep what was clicked on a slide in a row; replaces what was there.

        Raises:
            OutputError: It cannot be written.
        """
        target = self._row(slide, row)
        beside = target.with_name(f".{target.name}.part")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            for number, (cell, frame) in enumerate(zip(world.cells, world.low_frames, strict=True)):
                _write_mask(beside / _mask_name(number), session.read_mask_high(cell))
                _write_probability(beside / _low_name(number), session.low_probability(frame))
            shutil.rmtree(target, ignore_errors=True)
            beside.rename(target)
        except OSError as error:
            raise OutputError(
                f"{target} cannot be written: {error.strerror or error}.",
                hint="Make room and give the same command again.",
            ) from error

    def holds(self, slide: str, row: str) -> bool:
        """Say whether the masks of a row were kept on this slide."""
        return self._row(slide, row).is_dir()

    def mask(self, slide: str, row: str, cell: int, box: Box) -> MaskArray:
        """Return a low patch's part of a final mask, (H, W) bool on the high grid.

        Args:
            slide: Its name.
            row: One that `holds` knows.
            cell: The low patch.
            box: What it covers of the slide, in high pixels.
        Raises:
            OutputError: The file is damaged, or of another slide.
        """
        path = self._row(slide, row) / _mask_name(cell)
        if not path.exists():
            return np.zeros((box.height, box.width), bool)
        mask = np.asarray(_opened(path, "1"), bool)
        if mask.shape != (box.height, box.width):
            raise OutputError(f"{path} is of another slide.", hint="Remove it; the report goes without it.")
        return mask

    def low_probability(self, slide: str, row: str, cell: int) -> ByteArray | None:
        """Return what the low network gave in a low patch, (512, 512) uint8; None where it gave nothing."""
        path = self._row(slide, row) / _low_name(cell)
        return np.asarray(_opened(path, "L"), np.uint8) if path.exists() else None

    def _row(self, slide: str, row: str) -> Path:
        return self._folder / path_name(slide) / path_name(row)


def _mask_name(cell: int) -> str:
    return f"mask-{cell}.png"


def _low_name(cell: int) -> str:
    return f"low-{cell}.png"


def _write_mask(path: Path, mask: MaskArray) -> None:
    if mask.any():
        Image.fromarray(mask).save(path, optimize=True)


def _write_probability(path: Path, probability: NDArray[np.float32]) -> None:
    if not probability.any():
        return  # never clicked at the low scale
    side = PROBABILITY_SIDE
    assert probability.shape == (PATCH_SIZE, PATCH_SIZE), "a low patch's own prediction"
    small = cv2.resize(probability, (side, side), interpolation=cv2.INTER_AREA)
    Image.fromarray(np.rint(small * 255).astype(np.uint8)).save(path, optimize=True)


def _opened(path: Path, mode: str) -> Image.Image:
    try:
        with Image.open(path) as image:
            return image.convert(mode)
    except (OSError, ValueError, SyntaxError) as error:
        raise OutputError(f"{path} is no picture any more.", hint="Remove it and its folder.") from error
