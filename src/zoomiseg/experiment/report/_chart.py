"""Line charts and scatter charts as SVG that is sharp anywhere, follows dark mode, and needs no library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ._curves import Points
from ._labels import spread

_WIDTH, _HEIGHT = 560, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 160, 14, 46
_LABEL_HEIGHT = 14.0
# Okabe and Ito's colours, which tell apart for the colour-blind; lighter where the ground is dark.
_COLOURS = (
    ("#0072b2", "#56a8e0"),
    ("#d55e00", "#f08a3c"),
    ("#00805e", "#2fc79c"),
    ("#8a6d00", "#e0c23a"),
    ("#b0508c", "#e08cc0"),
    ("#555555", "#b5b5b5"),
    ("#2f8fbf", "#8fd0f5"),
    ("#7a4ec2", "#b79df0"),
    ("#a03030", "#f09090"),
)
_DASHES = ("", "", "", "7 4", "2 3", "7 3 2 3", "4 2", "10 4", "1 3")
STYLES = {
    name: number
    for number, name in enumerate(
        (
            "low-only",
            "high-only",
            "zoomiseg",
            "without-l2h",
            "without-click-loss",
            "grabcut",
            "random-walker",
            "sam",
            "ritm-style",
        )
    )
}
"""Each row's colour and dash, the same in every chart."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn for one row or setting.

    Args:
        name: Written beside it.
        points: (x, y), x not falling; a single one is a dot.
        style: Number of its colour and dash.
    """

    name: str
    points: Points
    style: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """From values to pixels."""

    x_most: float
    y_least: float
    y_most: float

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        across = point[0] / self.x_most
        up = (point[1] - self.y_least) / (self.y_most - self.y_least)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)


def chart(
    series: Sequence[Series], *, title: str, x_label: str, y_label: str, frontier: Points | None = None
) -> str:
    """Return an SVG of 560 x 340 units. The vertical axis ends at 1 and begins where lines get interesting.

    Args:
        series: One at least, each with a point.
        title: Read aloud, and in the file's title.
        x_label: Below; the axis begins at 0.
        y_label: At the left.
        frontier: Joined by a step line: what no point beats in both.
    """
    frame = _frame_of(series)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" class="chart">',
        f"<title>{escape(title)}</title>",
        f"<style>{_style()}</style>",
        *_axes(frame, x_label, y_label),
    ]
    if frontier:
        parts.append(f'<path class="frontier" d="{_steps(frontier, frame)}"/>')
    for each in series:
        parts += _drawn(each, frame)
    parts += _names(series, frame)
    return "\n".join([*parts, "</svg>"])


def _style() -> str:
    light = "".join(f".c{n}{{--c:{one}}}" for n, (one, _) in enumerate(_COLOURS))
    dark = "".join(f".c{n}{{--c:{other}}}" for n, (_, other) in enumerate(_COLOURS))
    dashes = "".join(f".c{n}.line{{stroke-dasharray:{dash}}}" for n, dash in enumerate(_DASHES) if dash)
    return (
        ".chart{--ink:#222;--pale:#ddd;font:12px system-ui,sans-serif}"
        f"{light}.chart text{{fill:var(--ink)}}.chart .name{{fill:var(--c);font-weight:600}}"
        ".chart .grid{stroke:var(--pale);stroke-width:1}"
        ".chart .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}"
        ".chart .c2.line{stroke-width:3}"
        ".chart .dot{fill:var(--c)}.chart .lead{stroke:var(--c);stroke-width:.75;fill:none}"
        ".chart .frontier{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}"
        f"{dashes}"
        f"@media screen and (prefers-color-scheme:dark){{.chart{{--ink:#e4e4e4;--pale:#444}}{dark}}}"
    )


def _frame_of(series: Sequence[Series]) -> _Frame:
    x_most = max(x for each in series for x, _ in each.points)
    # The first clicks rise steeply; where lines end is what is compared.
    least = min(each.points[-1][1] for each in series)
    lowest = min(y for each in series for _, y in each.points)
    y_least = max(0.0, math.floor(max(lowest, least - 0.2) * 20) / 20)
    return _Frame(max(x_most, 1.0) * 1.02, min(y_least, 0.95), 1.0)


def _axes(frame: _Frame, x_label: str, y_label: str) -> list[str]:
    parts = []
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for value in ticks(frame.y_least, frame.y_most):
        y = frame.at((0, value))[1]
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{right}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for value in ticks(0, frame.x_most):
        x = frame.at((value, frame.y_least))[0]
        parts.append(f'<path class="grid" d="M{x:.1f} {bottom}v5"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{value:g}</text>')
    middle = (_LEFT + right) / 2
    parts.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>')
    height = (_TOP + bottom) / 2
    parts.append(
        f'<text transform="translate(13 {height:.1f}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_label)}</text>"
    )
    return parts


def ticks(least: float, most: float) -> list[float]:
    """Return three to seven round numbers within [least, most]."""
    span = most - least
    power = 10.0 ** math.floor(math.log10(span / 3))
    step = next(power * each for each in (1, 2, 5, 10) if span / (power * each) <= 6)
    first = math.ceil(least / step - 1e-9)
    return [round(step * n, 10) for n in range(first, math.floor(most / step + 1e-9) + 1)]


def _drawn(series: Series, frame: _Frame) -> list[str]:
    places = [frame.at(point) for point in series.points]
    parts = []
    if len(places) > 1:
        parts.append(f'<path class="line c{series.style}" d="{_cut(places)}"/>')
    x, y = places[-1]
    parts.append(f'<circle class="dot c{series.style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    return parts


def _cut(places: Points) -> str:
    """Return the path of a line; what lies below the frame is left out, whole pieces and parts of them."""
    floor = _HEIGHT - _BOTTOM
    path, inside = "", False
    for (x0, y0), (x1, y1) in pairwise(places):
        crossing = x0 + (x1 - x0) * (floor - y0) / (y1 - y0) if (y0 > floor) != (y1 > floor) else x1
        if y0 <= floor and not inside:
            path += f"M{x0:.1f} {y0:.1f}"
        elif y0 > floor >= y1:
            path += f"M{crossing:.1f} {floor}"
        inside = y1 <= floor
        if inside:
            path += f"L{x1:.1f} {y1:.1f}"
        elif y0 <= floor:
            path += f"L{crossing:.1f} {floor}"
    return path


def _steps(points: Points, frame: _Frame) -> str:
    places = [frame.at(point) for point in points]
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    return path + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])


def _names(series: Sequence[Series], frame: _Frame) -> list[str]:
    """Return each series' name at the right, in the order of the ends.

    Before it stands a piece of its line; a dot, one of several of the same colour perhaps, is joined to it.
    """
    ends = [frame.at(each.points[-1]) for each in series]
    heights = spread([y for _, y in ends], gap=_LABEL_HEIGHT, least=_TOP + 4, most=_HEIGHT - _BOTTOM)
    x = _WIDTH - _RIGHT + 8
    parts = []
    for each, end, y in zip(series, ends, heights, strict=True):
        lead = len(each.points) == 1
        start = f"{end[0] + 4:.1f} {end[1]:.1f}" if lead else f"{x} {y:.1f}"
        kind = "lead" if lead else "line"
        parts.append(f'<path class="{kind} c{each.style}" d="M{start}L{x + 20} {y:.1f}"/>')
        name = escape(each.name)
        parts.append(f'<text class="name c{each.style}" x="{x + 24}" y="{y + 4:.1f}">{name}</text>')
    return parts
