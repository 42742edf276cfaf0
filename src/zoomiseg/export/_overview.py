"""A picture of one slide's result for a human eye: tissue, outline, clicks, and what they amount to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from zoomiseg.geometry import Box, Grid, ScaleName

from ._footer import BAR_PX, Footer, LegendEntry
from ._marks import OUTLINE_COLOR, WHITE, Pen
from ._measure import length_label, round_length
from ._polygons import PIXEL_EXACT_PX, mask_polygons

LONG_SIDE_PX = 1600
LEAST_WIDTH_PX = 1000
"""A narrower slide stands in the middle of a wider picture, so that the strip below can be read."""
FILL_OPACITY = 0.06
SURROUNDINGS = (244, 244, 246)
_ZOOM = 2
_SUBPIXEL_BITS = 4

ImageArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
ClickMark = tuple[float, float, int, ScaleName]


@dataclass(frozen=True, slots=True)
class _Placing:
    """The way from pixels of the image that was given to pixels of the overview."""

    left: float
    scale_x: float
    scale_y: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale_x, y * self.scale_y


def overview(
    image: ImageArray,
    mask: BoolArray,
    clicks: Sequence[ClickMark],
    *,
    mpp: tuple[float, float],
    area_mm2: float,
    title: str,
    high_patches: Sequence[Box] = (),
) -> Image.Image:
    """Return an RGB picture of about `LONG_SIDE_PX` on its long side, with a strip of facts below the tissue.

    Args:
        image: (H, W, 3) uint8 RGB of the whole slide, at any resolution.
        mask: (H, W) bool on the same pixels.
        clicks: (x, y, label, scale) each, in pixels of `image`.
        mpp: What a pixel of `image` measures on glass, in µm, (x, y).
        area_mm2: Of the mask at its own resolution.
        title: The slide's name.
        high_patches: Frames to draw, in pixels of `image`.
    """
    height, width = mask.shape
    scale = LONG_SIDE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    tissue = _enlarged(image, size)
    _draw_mask(tissue, _outlines(mask, size))
    footer = _footer(clicks, high_patches, um_per_px=mpp[0] * width / size[0], area_mm2=area_mm2, title=title)
    canvas, left = _stacked(Image.fromarray(tissue), footer)
    placed = _Placing(left, size[0] / width, size[1] / height)
    _draw_marks(Pen(ImageDraw.Draw(canvas), _ZOOM), clicks, high_patches, placed)
    return canvas.reduce(_ZOOM)


def _enlarged(image: ImageArray, size: tuple[int, int]) -> ImageArray:
    """Return the tissue on a canvas `_ZOOM` times finer than the picture, (H, W, 3) uint8."""
    whole = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
    return np.array(whole.resize((size[0] * _ZOOM, size[1] * _ZOOM), Image.Resampling.BICUBIC))


def _outlines(mask: BoolArray, size: tuple[int, int]) -> list[NDArray[np.int32]]:
    """Return each ring as (n, 2) int32 in 1/16 pixels of the canvas."""
    method = cv2.INTER_AREA if mask.shape[1] > size[0] else cv2.INTER_CUBIC
    resized = np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=method) >= 0.5)
    grid = Grid((_ZOOM, _ZOOM), *size, mpp=(1.0, 1.0))
    rings = shapely.get_rings(mask_polygons(partial(_cut_out, resized), grid, simplify_px=PIXEL_EXACT_PX))
    # OpenCV puts whole numbers on pixel centres, our outlines put them on edges.
    return [
        np.round((shapely.get_coordinates(ring) - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        for ring in rings
    ]


def _cut_out(mask: BoolArray, box: Box) -> BoolArray:
    return mask[box.slices_in(Box(0, 0, mask.shape[1], mask.shape[0]))]


def _draw_mask(canvas: ImageArray, outlines: list[NDArray[np.int32]]) -> None:
    """Tint the inside lightly, then draw each outline on a white halo."""
    filled = canvas.copy()
    cv2.fillPoly(filled, outlines, OUTLINE_COLOR, cv2.LINE_AA, _SUBPIXEL_BITS)
    cv2.addWeighted(filled, FILL_OPACITY, canvas, 1 - FILL_OPACITY, 0, dst=canvas)
    for width_px, color in ((5.5, WHITE), (3.0, OUTLINE_COLOR)):
        cv2.polylines(canvas, outlines, True, color, round(width_px * _ZOOM), cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_marks(pen: Pen, clicks: Sequence[ClickMark], high_patches: Sequence[Box], placed: _Placing) -> None:
    for box in high_patches:
        pen.frame(*placed.point(box.x, box.y), *placed.point(box.right, box.bottom))
    # Small signs last: they are never hidden by large ones.
    for x, y, label, name in sorted(clicks, key=lambda click: click[3], reverse=True):
        pen.click(*placed.point(x, y), label=label, scale=name)


def _footer(
    clicks: Sequence[ClickMark],
    high_patches: Sequence[Box],
    *,
    um_per_px: float,
    area_mm2: float,
    title: str,
) -> Footer:
    bar_um = round_length(BAR_PX * um_per_px)
    return Footer(
        title=title,
        summary=f"Tumour {_area_label(area_mm2)} from {len(clicks)} click{'s' if len(clicks) != 1 else ''}",
        legend=_legend(clicks, high_patches),
        bar_px=bar_um / um_per_px,
        bar_label=length_label(bar_um),
    )


def _legend(clicks: Sequence[ClickMark], high_patches: Sequence[Box]) -> list[LegendEntry]:
    """Return an entry for each kind of sign that occurs, with its count."""
    counts = Counter((scale, label) for _, _, label, scale in clicks)
    entries = [LegendEntry(lambda pen, x, y: pen.stroke(x - 13, x + 13, y), "outline")]
    scales: tuple[ScaleName, ScaleName] = ("low", "high")
    for scale in scales:
        for label, word in ((1, "tumour"), (-1, "background")):
            if count := counts[scale, label]:
                sign = partial(_click_sign, label=label, scale=scale)
                entries.append(LegendEntry(sign, f"{count} {word}, {scale}"))
    if high_patches:
        noun = "patch" if len(high_patches) == 1 else "patches"
        entries.append(LegendEntry(_frame_sign, f"{len(high_patches)} high {noun}"))
    return entries


def _click_sign(pen: Pen, x: float, y: float, *, label: int, scale: ScaleName) -> None:
    pen.click(x, y, label=label, scale=scale)


def _frame_sign(pen: Pen, x: float, y: float) -> None:
    pen.frame(x - 10, y - 10, x + 10, y + 10)


def _area_label(area_mm2: float) -> str:
    if area_mm2 >= 100:
        return f"{area_mm2:,.0f} mm²"
    return f"{area_mm2:.2f} mm²" if area_mm2 >= 1 else f"{area_mm2:.3g} mm²"


def _stacked(tissue: Image.Image, footer: Footer) -> tuple[Image.Image, float]:
    """Return the canvas with the tissue centred above the strip, and the tissue's left in overview pixels."""
    width = max(tissue.width // _ZOOM, LEAST_WIDTH_PX)
    strip = footer.drawn(width, zoom=_ZOOM)
    canvas = Image.new("RGB", (width * _ZOOM, tissue.height + strip.height), SURROUNDINGS)
    left = (canvas.width - tissue.width) // 2
    canvas.paste(tissue, (left, 0))
    canvas.paste(strip, (0, tissue.height))
    return canvas, left / _ZOOM
