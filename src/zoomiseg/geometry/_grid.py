"""The pixel grids of a slide: level 0, the high scale, the low scale, and any other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._box import Box
from ._click import ScaleName

SCALE_FACTOR = 4
SNAP_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Scale:
    """A magnification in microns per pixel: 2.0 is about 5x, 0.5 about 20x."""

    mpp: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mpp) and self.mpp > 0):
            raise ValueError(f"A scale needs a positive number of microns per pixel, got {self.mpp}.")


HIGH = Scale(0.5)
LOW = Scale(HIGH.mpp * SCALE_FACTOR)


@dataclass(frozen=True, slots=True)
class Grid:
    """The slide cut into pixels of one size, from its top left corner.

    Args:
        downsample: Level-0 pixels per grid pixel, (x, y); below 1 where the slide is enlarged.
        width: Columns; the last may reach past the slide's edge.
        height: Rows; likewise.
        mpp: What a grid pixel measures on glass, in µm, (x, y): the slide's own mpp times downsample.
    """

    downsample: tuple[float, float]
    width: int
    height: int
    mpp: tuple[float, float]

    @property
    def box(self) -> Box:
        """The whole grid, in grid pixels."""
        return Box(0, 0, self.width, self.height)

    def from_slide(self, slide_xy: tuple[float, float]) -> tuple[float, float]:
        """Return the continuous grid coordinates of a point given in slide pixels."""
        return slide_xy[0] / self.downsample[0], slide_xy[1] / self.downsample[1]

    def to_slide(self, grid_uv: tuple[float, float]) -> tuple[float, float]:
        """Return the slide pixels of a point given in continuous grid coordinates."""
        return grid_uv[0] * self.downsample[0], grid_uv[1] * self.downsample[1]

    def pixel_at(self, slide_xy: tuple[float, float]) -> tuple[int, int]:
        """Return the (column, row) whose pixel contains a point given in slide pixels."""
        u, v = self.from_slide(slide_xy)
        return math.floor(u), math.floor(v)

    def pixel_centre(self, column: int, row: int) -> tuple[float, float]:
        """Return the slide coordinates of the middle of a grid pixel."""
        return self.to_slide((column + 0.5, row + 0.5))

    def covering(self, slide_box: Box) -> Box:
        """Return the grid pixels that a box in slide pixels touches."""
        x, y = (_floor(value) for value in self.from_slide((slide_box.x, slide_box.y)))
        right, bottom = (_ceil(value) for value in self.from_slide((slide_box.right, slide_box.bottom)))
        return Box(x, y, right - x, bottom - y)

    def slide_box(self, grid_box: Box) -> Box:
        """Return the level-0 pixels that a box in grid pixels touches."""
        x, y = (_floor(value) for value in self.to_slide((grid_box.x, grid_box.y)))
        right, bottom = (_ceil(value) for value in self.to_slide((grid_box.right, grid_box.bottom)))
        return Box(x, y, right - x, bottom - y)


@dataclass(frozen=True, slots=True)
class Grids:
    """The grids of one slide (docs/method.md, "Grids"): low is high reduced by exactly 4."""

    width: int
    height: int
    mpp: tuple[float, float]
    high: Grid
    low: Grid

    @property
    def slide(self) -> Grid:
        """Level 0 itself."""
        return Grid((1.0, 1.0), self.width, self.height, self.mpp)

    def of(self, scale: ScaleName) -> Grid:
        """Return the grid of a network's scale."""
        return self.low if scale == "low" else self.high

    def at(self, mpp: float) -> Grid:
        """Return the grid of a nominal µm per pixel; 0.5 is `high`, 2.0 is `low`, others are of their own."""
        if mpp == HIGH.mpp:
            return self.high
        if mpp == LOW.mpp:
            return self.low
        factor = Scale(mpp).mpp / HIGH.mpp
        x, y = self.high.downsample
        return _grid(self.width, self.height, self.mpp, (x * factor, y * factor))


def grids_of(width: int, height: int, mpp: tuple[float, float]) -> Grids:
    """Return the grids of a slide of `width` x `height` level-0 pixels of `mpp` (x, y) µm.

    The high grid is level 0 reduced by f = 0.5 / mpp, x and y apart; an f within 3% of a power of two
    is taken as that power, so that 0.499 or 0.2528 µm need no resampling.
    """
    downsample = _snapped(HIGH.mpp / Scale(mpp[0]).mpp), _snapped(HIGH.mpp / Scale(mpp[1]).mpp)
    high = _grid(width, height, mpp, downsample)
    low = Grid(
        (downsample[0] * SCALE_FACTOR, downsample[1] * SCALE_FACTOR),
        -(-high.width // SCALE_FACTOR),
        -(-high.height // SCALE_FACTOR),
        (high.mpp[0] * SCALE_FACTOR, high.mpp[1] * SCALE_FACTOR),
    )
    return Grids(width, height, mpp, high, low)


def _grid(width: int, height: int, mpp: tuple[float, float], downsample: tuple[float, float]) -> Grid:
    return Grid(
        downsample,
        _ceil(width / downsample[0]),
        _ceil(height / downsample[1]),
        (mpp[0] * downsample[0], mpp[1] * downsample[1]),
    )


def _snapped(factor: float) -> float:
    power = 2.0 ** round(math.log2(factor))
    return power if abs(factor / power - 1) <= SNAP_TOLERANCE else factor


def _ceil(value: float) -> int:
    # 4096 / 1.9999999999999998 must not become one pixel more.
    return math.ceil(value - 1e-9)


def _floor(value: float) -> int:
    return math.floor(value + 1e-9)
