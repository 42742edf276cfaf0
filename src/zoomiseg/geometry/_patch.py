"""Where patches lie on the low and the high grid (docs/method.md, "Grids" and "A session's canvases")."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zoomiseg.errors import ClickOutside

from ._box import Box
from ._click import Click
from ._grid import SCALE_FACTOR, Grid

PATCH_SIZE = 1024
LOW_PER_HIGH_PATCH = PATCH_SIZE // SCALE_FACTOR


@dataclass(frozen=True, slots=True)
class PatchFrame:
    """A patch's place on a grid: what turns slide pixels into the network's own.

    Args:
        grid: The grid that the patch is cut from.
        box: The patch in grid pixels; may reach past the slide, where it is white.
    """

    grid: Grid
    box: Box

    @property
    def inside(self) -> Box:
        """The part that lies on the slide, in patch pixels."""
        common = self.box.intersection(self.grid.box)
        return common.translated(-self.box.x, -self.box.y) if common else Box(0, 0, 0, 0)

    def pixel_of(self, click: Click) -> tuple[int, int]:
        """Return the (column, row) of a click in patch pixels.

        Raises:
            ClickOutside: The click is not in the patch.
        """
        column, row = self.grid.pixel_at(click.slide_xy)
        if not self.box.contains(column, row):
            raise ClickOutside(
                f"The click at ({click.x:g}, {click.y:g}) lies outside the patch at grid pixels {self.box}."
            )
        return column - self.box.x, row - self.box.y

    def holds(self, click: Click) -> bool:
        """Say whether the click's pixel is one of the patch's."""
        return self.box.contains(*self.grid.pixel_at(click.slide_xy))

    def click_at(self, column: int, row: int, label: int, *, slide_size: tuple[int, int]) -> Click:
        """Return a click in the patch pixel (column, row), in slide pixels, at the pixel's middle.

        Of the grid's last column and row a part may lie off the slide, the middle too: there it is the middle
        of the rest.

        Args:
            column: Of the pixel, some of which lies on the slide.
            row: Likewise.
            label: +1 or -1.
            slide_size: Of the slide, (width, height) in level-0 pixels.
        """
        column, row = column + self.box.x, row + self.box.y
        x, y = self.grid.pixel_centre(column, row)
        left, top = self.grid.to_slide((column, row))
        width, height = slide_size
        return Click(x if x < width else (left + width) / 2, y if y < height else (top + height) / 2, label)


def patch_starts(length: int, *, size: int = PATCH_SIZE, stride: int, inside: bool = True) -> list[int]:
    """Return where the patches along one axis of `length` grid pixels begin.

    A slide not longer than a patch gets one, centred on it. With `inside` the last patch is moved so that
    it ends with the slide; otherwise it reaches past the edge and none overlap more than `stride` says.
    """
    if length <= size:
        return [-((size - length) // 2)]
    starts = list(range(0, length - size + stride, stride))
    if inside:
        starts[-1] = length - size
    return starts


def nearest_patch(starts: list[int], coordinate: float, *, size: int = PATCH_SIZE) -> int:
    """Return the index of the patch whose centre is nearest to `coordinate`; the first of equals."""
    return min(range(len(starts)), key=lambda index: (abs(starts[index] + size / 2 - coordinate), index))


def high_patch_box(low_grid: Grid, slide_xy: tuple[float, float]) -> Box:
    """Return the high patch centred on a point given in slide pixels, in high pixels.

    Its centre is rounded to a whole low pixel and it is moved inside the slide; a slide smaller than the
    patch has the patch centred on it. So it always covers whole low pixels.
    """
    u, v = low_grid.from_slide(slide_xy)
    x, y = _high_start(u, low_grid.width), _high_start(v, low_grid.height)
    return Box(x, y, LOW_PER_HIGH_PATCH, LOW_PER_HIGH_PATCH).scaled(SCALE_FACTOR)


def low_crop_of(high_box: Box) -> Box:
    """Return the low pixels under a high patch, 256 x 256."""
    return Box(
        high_box.x // SCALE_FACTOR,
        high_box.y // SCALE_FACTOR,
        high_box.width // SCALE_FACTOR,
        high_box.height // SCALE_FACTOR,
    )


def _high_start(low_coordinate: float, low_length: int) -> int:
    if low_length <= LOW_PER_HIGH_PATCH:
        return -((LOW_PER_HIGH_PATCH - low_length) // 2)
    start = math.floor(low_coordinate + 0.5) - LOW_PER_HIGH_PATCH // 2
    return min(max(start, 0), low_length - LOW_PER_HIGH_PATCH)
