"""Where a slide is cut: patches at each scale, and pieces of what is too small to fill one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, Grid, Grids, ScaleName, patch_starts

Form = Literal["patch", "piece"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A region that may be prepared.

    Args:
        form: A patch fills 1024 x 1024 pixels of its scale; a piece is part of a collage.
        scales: Which networks may learn from it.
        grid: At which it is stored.
        box: In the grid's pixels, all on the slide.
    """

    form: Form
    scales: tuple[ScaleName, ...]
    grid: Grid
    box: Box


def cuts_of(grids: Grids, *, stride: int) -> list[Cut]:
    """Return a slide's cuts: low patches in raster order, then high ones; or pieces.

    A slide narrower or lower than a patch at a scale, or with fewer pixels of its own, gives pieces there
    instead. They are stored as finely as the slide is, but no finer than the high scale, and cover at most a
    low patch.
    """
    cuts = []
    named: tuple[tuple[ScaleName, Grid, int], ...] = (
        ("low", grids.low, 1),
        ("high", grids.high, SCALE_FACTOR),
    )
    small: tuple[ScaleName, ...] = tuple(name for name, grid, _ in named if _is_small(grid, grids.slide))
    for name, grid, multiple in named:
        if name not in small:
            cuts += [Cut("patch", (name,), grid, box) for box in _patches(grid, stride, multiple)]
    if small:
        finest = grids.high if min(grids.high.downsample) >= 1 else grids.slide
        cuts += [Cut("piece", small, finest, _on(finest, grids.low, box)) for box in _pieces(grids.low)]
    return cuts


def _is_small(grid: Grid, slide: Grid) -> bool:
    # Half a patch's pixels, enlarged, would be a patch without the detail that its network is for.
    return min(grid.width, grid.height, slide.width, slide.height) < PATCH_SIZE


def _patches(grid: Grid, stride: int, multiple: int) -> list[Box]:
    # The last high patch keeps to whole low pixels, as all high patches do.
    columns, rows = (
        [start - start % multiple for start in patch_starts(length, stride=stride)]
        for length in (grid.width, grid.height)
    )
    return [Box(x, y, PATCH_SIZE, PATCH_SIZE) for y in rows for x in columns]


def _pieces(low: Grid) -> list[Box]:
    width, height = min(low.width, PATCH_SIZE), min(low.height, PATCH_SIZE)
    columns, rows = patch_starts(low.width, stride=PATCH_SIZE), patch_starts(low.height, stride=PATCH_SIZE)
    # Where the slide is shorter than a patch its only start lies before it.
    return [Box(max(x, 0), max(y, 0), width, height) for y in rows for x in columns]


def _on(finest: Grid, low: Grid, box: Box) -> Box:
    common = finest.covering(low.slide_box(box)).intersection(finest.box)
    assert common is not None
    return common
