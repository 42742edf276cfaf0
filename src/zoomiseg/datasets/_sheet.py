"""A contact sheet: random patches with the outline of their truth, to see at a glance if all is right."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError
from zoomiseg.geometry import HIGH, LOW, PATCH_SIZE

from ._store import PatchStore

COLUMNS, TILE_PX = 6, 256
_MARGIN_PX, _GAP_PX, _CAPTION_PX, _HEADING_PX = 28, 14, 26, 54
_WIDTH_PX = 2 * _MARGIN_PX + COLUMNS * TILE_PX + (COLUMNS - 1) * _GAP_PX
_PAPER, _INK, _FAINT, _EMPTY = (255, 255, 255), (25, 25, 30), (105, 105, 112), (240, 240, 243)
_OUTLINE, _HALO = (0, 118, 84), (255, 255, 255)
_FINER = 2  # outlines are drawn on pixels so much smaller
_BEYOND_PX = 8  # an outline along a patch's border is no outline of the tumour: it is drawn outside
_FADED = 0.35  # so that nobody takes one side of the outline for the other
_ROWS = {1: (4,), 2: (2, 2), 3: (1, 2, 1)}

ImageArray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading, and the numbers of the pairs that are shown below it."""

    heading: str
    numbers: Sequence[int]

    @property
    def height(self) -> int:
        rows = -(-len(self.numbers) // COLUMNS)
        return _HEADING_PX + rows * (TILE_PX + _CAPTION_PX) + (rows - 1) * _GAP_PX


def write_contact_sheet(store: PatchStore, path: Path, *, seed: int = 0) -> None:
    """Write a PNG of up to 24 random patches with their truth's outline, slide and share of tumour.

    Args:
        store: Not empty.
        path: An older file is replaced.
        seed: Decides which patches are shown.
    Raises:
        OutputError: It cannot be written.
    """
    data = io.BytesIO()
    _drawn(store, _sections(store, np.random.default_rng(seed))).save(data, format="PNG")
    try:
        replace_file(path, [data.getvalue()])
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error


def _sections(store: PatchStore, rng: np.random.Generator) -> list[_Section]:
    low_mm, high_mm = (PATCH_SIZE * scale.mpp / 1000 for scale in (LOW, HIGH))
    pieces = store.pairs(form="piece")
    # A piece may serve both scales, and is one image all the same.
    single = [number for number in pieces if store[number].scale == "low"]
    kinds = [
        (f"low patches, about {low_mm:.1f} mm a side (5x)", store.pairs(form="patch", scale="low")),
        (f"high patches, about {high_mm:.1f} mm a side (20x)", store.pairs(form="patch", scale="high")),
        ("small images, for collages", single),
    ]
    found = [(words, numbers) for words, numbers in kinds if numbers]
    sections = []
    for (words, numbers), rows in zip(found, _ROWS[len(found)], strict=True):
        shown = rng.permutation(numbers)[: rows * COLUMNS].tolist()
        sections.append(_Section(f"{len(shown)} of {len(numbers):,} {words}", sorted(shown)))
    return sections


def _drawn(store: PatchStore, sections: Sequence[_Section]) -> Image.Image:
    height = sum(section.height for section in sections) + _MARGIN_PX
    canvas = Image.new("RGB", (_WIDTH_PX, height), _PAPER)
    draw = ImageDraw.Draw(canvas)
    top = 0
    for section in sections:
        baseline = top + _HEADING_PX - 16
        draw.text((_MARGIN_PX, baseline), section.heading, fill=_INK, font=_font(22), anchor="ls")
        if top == 0:
            _draw_legend(draw, baseline)
        _draw_tiles(canvas, draw, store, section, top + _HEADING_PX)
        top += section.height
    return canvas


def _draw_legend(draw: ImageDraw.ImageDraw, baseline: int) -> None:
    text, right = "outline of the tumour; share of it", _WIDTH_PX - _MARGIN_PX
    draw.text((right, baseline), text, fill=_FAINT, font=_font(16), anchor="rs")
    left = right - draw.textlength(text, font=_font(16))
    draw.line((left - 40, baseline - 5, left - 10, baseline - 5), fill=_OUTLINE, width=3)


def _draw_tiles(
    canvas: Image.Image, draw: ImageDraw.ImageDraw, store: PatchStore, section: _Section, top: int
) -> None:
    for place, number in enumerate(section.numbers):
        row, column = divmod(place, COLUMNS)
        x = _MARGIN_PX + column * (TILE_PX + _GAP_PX)
        y = top + row * (TILE_PX + _CAPTION_PX + _GAP_PX)
        canvas.paste(Image.fromarray(tile(*store.read(number))), (x, y))
        pair = store[number]
        share = f"{100 * pair.tumour:.0f}%" if pair.tumour >= 0.01 else "<1%"
        middle = y + TILE_PX + _CAPTION_PX // 2
        font = _font(15)
        draw.text((x + TILE_PX, middle), share, fill=_INK, font=font, anchor="rm")
        room = TILE_PX - draw.textlength(share, font=font) - 10
        draw.text(
            (x, middle), _fitted(draw, Path(pair.slide).stem, room), fill=_FAINT, font=font, anchor="lm"
        )


def tile(image: ImageArray, mask: NDArray[np.bool_]) -> ImageArray:
    """Return (256, 256, 3) uint8 of an image made to fit, its mask outlined, grey beside it."""
    factor = TILE_PX / max(mask.shape)
    width, height = (max(round(length * factor), 1) for length in mask.shape[::-1])
    fine = width * _FINER, height * _FINER
    method = cv2.INTER_AREA if factor * _FINER < 1 else cv2.INTER_CUBIC
    picture = np.asarray(cv2.resize(image, fine, interpolation=method), np.uint8)
    outlines = _outlines(
        np.asarray(cv2.resize(mask.view(np.uint8) * 255, fine, interpolation=cv2.INTER_AREA))
    )
    beyond = np.asarray(cv2.resize(mask.view(np.uint8), fine, interpolation=cv2.INTER_NEAREST)) == 0
    picture[beyond] += ((255 - picture[beyond]) * _FADED).astype(np.uint8)
    for thickness, color in ((3 * _FINER, _HALO), (3 * _FINER // 2, _OUTLINE)):
        cv2.polylines(picture, outlines, True, color, thickness, cv2.LINE_AA)
    whole = np.full((TILE_PX, TILE_PX, 3), _EMPTY, np.uint8)
    left, top = (TILE_PX - width) // 2, (TILE_PX - height) // 2
    whole[top : top + height, left : left + width] = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA
    )
    return whole


def _outlines(mask: ImageArray) -> list[NDArray[np.int32]]:
    padded = cv2.copyMakeBorder(mask, *4 * (_BEYOND_PX,), cv2.BORDER_REPLICATE)
    found, _ = cv2.findContours(
        (padded > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=2 * (-_BEYOND_PX,)
    )
    return [np.asarray(contour, np.int32) for contour in found]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fitted(draw: ImageDraw.ImageDraw, text: str, room: float) -> str:
    """Return a name in letters that the font has, shortened in the middle: names differ at their ends."""
    text = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    shown, kept = text, len(text)
    while draw.textlength(shown, font=_font(15)) > room and kept > 1:
        kept -= 1
        shown = f"{text[: (kept + 1) // 2]}..{text[len(text) - kept // 2 :]}"
    return shown
