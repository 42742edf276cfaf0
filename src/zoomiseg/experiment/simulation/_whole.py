"""A slide made up with white to whole high patches, so that none has to overlap another at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, Grid, Grids
from zoomiseg.predict import ImageArray
from zoomiseg.session import SlideSource


class WholePatches:
    """The slide with white to its right and below; a side not longer than a patch stays as it is.

    A session moves a patch that is opened near the edge inside. On this slide the last patches of a grid
    are inside already.

    Args:
        slide: An open slide.
    """

    def __init__(self, slide: SlideSource) -> None:
        self._slide = slide
        high, low = slide.grids.high, slide.grids.low
        width, height = _made_up(high.width), _made_up(high.height)
        self.width = max(slide.width, round(width * high.downsample[0]))
        self.height = max(slide.height, round(height * high.downsample[1]))
        self.grids = Grids(
            self.width,
            self.height,
            slide.mpp,
            replace(high, width=width, height=height),
            replace(low, width=-(-width // SCALE_FACTOR), height=-(-height // SCALE_FACTOR)),
        )

    @property
    def name(self) -> str:
        return self._slide.name

    @property
    def mpp(self) -> tuple[float, float]:
        return self._slide.mpp

    def read(self, box: Box, grid: Grid) -> ImageArray:
        """Return (H, W, 3) uint8 RGB of a box of the high or low grid, white outside the slide."""
        own = self._slide.grids
        return self._slide.read(box, own.high if grid == self.grids.high else own.low)

    def fingerprint(self) -> Mapping[str, object]:
        return self._slide.fingerprint()


def _made_up(length: int) -> int:
    return length if length <= PATCH_SIZE else -(-length // PATCH_SIZE) * PATCH_SIZE
