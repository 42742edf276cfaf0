"""Which level a grid is read from, and how its pixels lie on the slide."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zoomiseg.geometry import Grid

from ._resample import Axis

# A level this much coarser than the grid still serves: its places are exact, only its detail is 0.1% less.
_COARSER_BY = 1.001


def level_downsample(slide_size: tuple[int, int], level_size: tuple[int, int]) -> tuple[float, float]:
    """Return the level-0 pixels per pixel of a level, (x, y).

    Sizes of levels are rounded: 16383 pixels over 4096 is 3.9998, and the writer meant 4. A whole number
    that explains both sizes to less than a pixel is what was meant; otherwise the ratios stand.
    """
    ratio_x, ratio_y = slide_size[0] / level_size[0], slide_size[1] / level_size[1]
    if ratio_x.is_integer() and ratio_y.is_integer():
        return ratio_x, ratio_y
    for factor in (2 ** round(math.log2(ratio_x)), round(ratio_x), round(ratio_y)):
        if all(abs(slide_size[axis] / factor - level_size[axis]) < 1 for axis in (0, 1)):
            return float(factor), float(factor)
    return ratio_x, ratio_y


def level_for(downsamples: Sequence[tuple[float, float]], grid: Grid) -> int:
    """Return the coarsest level that is no coarser than the grid; level 0 where all are."""
    fitting = [
        level
        for level, (x, y) in enumerate(downsamples)
        if x <= grid.downsample[0] * _COARSER_BY and y <= grid.downsample[1] * _COARSER_BY
    ]
    return max(fitting, key=lambda level: (downsamples[level], level), default=0)


def axes_of(
    slide_size: tuple[int, int], level_size: tuple[int, int], downsample: tuple[float, float], grid: Grid
) -> tuple[Axis, Axis]:
    """Return the x and the y axis of the way from a level's pixels to a grid's."""
    x, y = (
        Axis(
            step=grid.downsample[axis] / downsample[axis],
            length=level_size[axis],
            extent=slide_size[axis] / downsample[axis],
        )
        for axis in (0, 1)
    )
    return x, y
