"""Draws panels of lines with Pillow, which is there anyway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SCALE = 2  # drawn larger and shrunk, which smooths the lines
WIDTH, HEIGHT = 460, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 30, 40
COLUMNS = 3
INK, PALE = (40, 40, 40), (222, 222, 222)

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Line:
    """One source's line, in every panel.

    Args:
        name: In the legend.
        colour: RGB.
        bold: Drawn thicker.
    """

    name: str
    colour: Colour
    bold: bool


@dataclass(frozen=True)
class Panel:
    """One diagram.

    Args:
        title: Above it.
        x_label: Below it.
        x: Where the points lie, common to all lines.
        lines: The height of each line's points.
        logarithmic: Whether both axes are.
    """

    title: str
    x_label: str
    x: Sequence[float]
    lines: Sequence[Sequence[float]]
    logarithmic: bool = False


def draw(path: Path, panels: Sequence[Panel], lines: Sequence[Line]) -> None:
    """Write all panels and the legend as one PNG."""
    rows = -(-(len(panels) + 1) // COLUMNS)
    canvas = Image.new("RGB", (COLUMNS * WIDTH * SCALE, rows * HEIGHT * SCALE), "white")
    pen = ImageDraw.Draw(canvas)
    for number, panel in enumerate(panels):
        _panel(pen, panel, lines, _origin(number))
    _legend(pen, lines, _origin(len(panels)))
    canvas.resize((canvas.width // SCALE, canvas.height // SCALE), Image.Resampling.LANCZOS).save(path)


def _origin(number: int) -> tuple[float, float]:
    return number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT


def _panel(
    pen: ImageDraw.ImageDraw, panel: Panel, lines: Sequence[Line], origin: tuple[float, float]
) -> None:
    axes = _Axes(panel, origin)
    _text(pen, (origin[0] + LEFT, origin[1] + 8), panel.title, size=14)
    _text(pen, (origin[0] + LEFT, origin[1] + HEIGHT - 20), panel.x_label, size=12)
    for value in axes.x_ticks:
        x, _ = axes.at(value, axes.y_range[0])
        _line(pen, [(x, origin[1] + TOP), (x, origin[1] + HEIGHT - BOTTOM)], PALE, 1)
        _text(pen, (x - 8, origin[1] + HEIGHT - BOTTOM + 4), f"{value:g}", size=11)
    _line(
        pen,
        [
            (origin[0] + LEFT, origin[1] + TOP),
            (origin[0] + LEFT, origin[1] + HEIGHT - BOTTOM),
            (origin[0] + WIDTH - RIGHT, origin[1] + HEIGHT - BOTTOM),
        ],
        INK,
        1,
    )
    # The bold ones last, so that they lie on top.
    for line, heights in sorted(zip(lines, panel.lines, strict=True), key=lambda item: item[0].bold):
        points = [
            axes.at(x, y) for x, y in zip(panel.x, heights, strict=True) if axes.shows(y) and axes.shows(x)
        ]
        if len(points) > 1:
            _line(pen, points, line.colour, 2.4 if line.bold else 1.4)


class _Axes:
    """From values to places on the canvas."""

    def __init__(self, panel: Panel, origin: tuple[float, float]) -> None:
        self._log = panel.logarithmic
        self._origin = origin
        heights = [y for line in panel.lines for y in line if self.shows(y)]
        xs = [x for x in panel.x if self.shows(x)]
        self.x_range = min(xs), max(xs)
        self.y_range = (max(heights) / 1e3 if self._log else 0.0), max(heights) * 1.05
        self.x_ticks = self._ticks()

    def shows(self, value: float) -> bool:
        """Say whether a value has a place on the axis."""
        return math.isfinite(value) and (value > 0 or not self._log)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point; one below the axis lies on it."""
        right = self._share(x, self.x_range) * (WIDTH - LEFT - RIGHT)
        up = max(self._share(max(y, self.y_range[0]), self.y_range), 0) * (HEIGHT - TOP - BOTTOM)
        return self._origin[0] + LEFT + right, self._origin[1] + HEIGHT - BOTTOM - up

    def _share(self, value: float, bounds: tuple[float, float]) -> float:
        if self._log:
            value, bounds = math.log(value), (math.log(bounds[0]), math.log(bounds[1]))
        return (value - bounds[0]) / (bounds[1] - bounds[0])

    def _ticks(self) -> list[float]:
        low, high = self.x_range
        if self._log:
            powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            values = [round(factor * 10.0**power, 6) for power in powers for factor in (1, 2, 5)]
        else:
            step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10) if (high - low) / step <= 8)
            values = [round(math.ceil(low / step) * step + step * n, 6) for n in range(9)]
        return [value for value in values if low <= value <= high]


def _legend(pen: ImageDraw.ImageDraw, lines: Sequence[Line], origin: tuple[float, float]) -> None:
    for number, line in enumerate(lines):
        y = origin[1] + TOP + 22 * number
        _line(pen, [(origin[0] + 20, y + 8), (origin[0] + 56, y + 8)], line.colour, 3 if line.bold else 2)
        _text(pen, (origin[0] + 66, y), line.name, size=13)


def _line(
    pen: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], colour: Colour, width: float
) -> None:
    pen.line(
        [(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=round(width * SCALE), joint="curve"
    )


def _text(pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, *, size: int) -> None:
    font = ImageFont.load_default(size * SCALE)
    pen.text((place[0] * SCALE, place[1] * SCALE), text, fill=INK, font=font)
