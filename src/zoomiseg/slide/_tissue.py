"""Where a slide shows tissue, neither bare glass nor a marker's strokes.

The test is one of colour, pixel by pixel, in optical density relative to the slide's own glass. What
haematoxylin and eosin have in common is that they absorb green most; that holds for the palest tissue and
is independent of how much stain there is. Glass absorbs all colours alike, and so does a black pen; a blue
or green pen absorbs red most; a red pen absorbs blue and green alike, and no red at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid

from ._backend import WHITE, ImageArray
from ._slide import Slide

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]

_STRIP_PX = 4 << 20  # classified at once
_GLASS_LOOK_PX = 1024  # the longer side of the overview that the glass's colour is taken from
_GLASS_MIN, _GLASS_MAX_CHROMA = 200, 20
_GLASS_MIN_SHARE = 0.005
_GLASS_DEFAULT = (245, 245, 245)
_PALEST = 0.03  # optical density by which green exceeds the least absorbed colour
_SMALLEST_UM2 = 20_000.0  # an island of 140 µm side; smaller ones are dust
_LARGEST_HOLE_UM2 = 40_000.0  # lumina and vessels count as tissue, larger gaps do not


@dataclass(frozen=True, slots=True)
class TissueMask:
    """Where there is tissue.

    Args:
        mask: (H, W) bool on the grid's pixels.
        grid: The grid.
    """

    mask: BoolArray
    grid: Grid

    @property
    def fraction(self) -> float:
        """The share of the slide's area, 0 to 1."""
        return float(self.mask.mean())


def tissue_mask(slide: Slide, *, mpp: float = 16.0) -> TissueMask:
    """Return where the slide shows tissue, pale tissue included, pen marks and glass not.

    Args:
        slide: Read strip by strip.
        mpp: The grid's nominal µm per pixel.
    Raises:
        SlideError: The pixels cannot be decoded.
    """
    grid = slide.grids.at(mpp)
    glass = _glass_colour(slide)
    mask = np.zeros((grid.height, grid.width), np.bool_)
    for strip in _strips(grid):
        mask[strip.y : strip.bottom] = looks_like_tissue(slide.read(strip, grid), glass=glass)
    return TissueMask(_without_specks(mask, pixel_um2=grid.mpp[0] * grid.mpp[1]), grid)


def looks_like_tissue(rgb: ImageArray, *, glass: tuple[int, int, int]) -> BoolArray:
    """Return (H, W) bool of (H, W, 3) uint8 RGB: where the colour is that of stained tissue.

    Args:
        rgb: Pixels.
        glass: RGB of bare glass on this slide.
    """
    density = np.log(np.array(glass, np.float32) + 1) - np.log(rgb.astype(np.float32) + 1)
    red, green, blue = np.moveaxis(np.maximum(density, 0), 2, 0)
    stained: BoolArray = green - np.minimum(red, blue) > _PALEST
    return stained & ~_pen(red, green, blue)


def _pen(red: FloatArray, green: FloatArray, blue: FloatArray) -> BoolArray:
    least, most = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    blue_or_green_pen = red > 1.15 * green + 0.03
    black_pen = (most > 0.3) & (most - least < 0.25 * most)
    red_pen = (green > 1.2) & (blue > 0.85 * green) & (red < 0.2 * green)
    found: BoolArray = blue_or_green_pen | black_pen | red_pen
    return found


def _glass_colour(slide: Slide) -> tuple[int, int, int]:
    """Return the typical RGB of the brightest colourless pixels; a fixed one where the slide has none."""
    longer_um = max(slide.width * slide.mpp[0], slide.height * slide.mpp[1])
    grid = slide.grids.at(max(longer_um / _GLASS_LOOK_PX, 16.0))
    rgb = slide.read(grid.box, grid).reshape(-1, 3)
    bright = rgb[(rgb.min(axis=1) > _GLASS_MIN) & (np.ptp(rgb, axis=1) < _GLASS_MAX_CHROMA)]
    # Pure white is what lies outside a scan: only glass that was scanned tells the lamp's colour.
    bright = bright[bright.min(axis=1) < WHITE]
    if len(bright) < _GLASS_MIN_SHARE * len(rgb):
        return _GLASS_DEFAULT
    brightness = bright.sum(axis=1)
    red, green, blue = np.median(bright[brightness >= np.median(brightness)], axis=0)
    return int(red), int(green), int(blue)


def _strips(grid: Grid) -> Iterator[Box]:
    rows = max(1, _STRIP_PX // grid.width)
    for top in range(0, grid.height, rows):
        yield Box(0, top, grid.width, min(rows, grid.height - top))


def _without_specks(mask: BoolArray, *, pixel_um2: float) -> BoolArray:
    kept = _without_small(mask, smallest_px=_SMALLEST_UM2 / pixel_um2)
    return ~_without_small(~kept, smallest_px=_LARGEST_HOLE_UM2 / pixel_um2)


def _without_small(mask: BoolArray, *, smallest_px: float) -> BoolArray:
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    large = statistics[:, cv2.CC_STAT_AREA] >= smallest_px
    large[0] = False
    kept: BoolArray = large[labels]
    return kept
