"""The strip below an overview: its title, areas, legend and scale bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from ._lettering import Lettering
from ._marks import RADIUS_PX, Color, Pen

MARGIN_PX = 24
LINE_PX = 36
GAP_PX = 26
BAR_PX = 200
TITLE_SIZE = 24
TEXT_SIZE = 18
INK: Color = (25, 25, 30)
PAPER: Color = (255, 255, 255)
RULE: Color = (205, 205, 210)

DrawSign = Callable[[Pen, float, float], None]
"""Draws a sign of `SIGN_PX` width around (x, y)."""
SIGN_PX = 2 * (max(RADIUS_PX.values()) + 2)


@dataclass(frozen=True)
class LegendEntry:
    """A sign and what it means."""

    draw: DrawSign
    text: str


@dataclass(frozen=True)
class Footer:
    """What the strip says.

    Args:
        title: The slide's name; shortened in the middle where it does not fit.
        summary: One short text, at the right of the title.
        legend: In reading order; continues on further lines where one is too narrow.
        bar_px: Length of the scale bar.
        bar_label: What it measures.
    """

    title: str
    summary: str
    legend: Sequence[LegendEntry]
    bar_px: float
    bar_label: str

    def drawn(self, width: int, *, zoom: int) -> Image.Image:
        """Return the strip, `width` overview pixels wide, on a canvas `zoom` times as large."""
        text = Lettering(TEXT_SIZE, zoom)
        lines = self._lines(text, width)
        height = 2 * MARGIN_PX + LINE_PX * (1 + len(lines)) - 6
        canvas = Image.new("RGB", (width * zoom, height * zoom), PAPER)
        pen = Pen(ImageDraw.Draw(canvas), zoom)
        pen.draw.line((0, 0, width * zoom, 0), fill=RULE, width=zoom)
        y = MARGIN_PX + LINE_PX / 2 - 3
        self._draw_title(pen, width, y)
        self._draw_bar(pen, text, width, y + LINE_PX)
        for number, line in enumerate(lines, start=1):
            x = float(MARGIN_PX)
            for entry in line:
                entry.draw(pen, x + SIGN_PX / 2, y + number * LINE_PX)
                text.write(pen.draw, x + SIGN_PX + 8, y + number * LINE_PX, entry.text, color=INK)
                x += _width(entry, text) + GAP_PX
        return canvas

    def _draw_title(self, pen: Pen, width: int, y: float) -> None:
        lettering = Lettering(TITLE_SIZE, pen.zoom)
        right = width - MARGIN_PX
        room = right - MARGIN_PX - GAP_PX - lettering.width(self.summary)
        lettering.write(pen.draw, MARGIN_PX, y, lettering.fitted(self.title, room), color=INK)
        lettering.write(pen.draw, right, y, self.summary, color=INK, side="right")

    def _draw_bar(self, pen: Pen, text: Lettering, width: int, y: float) -> None:
        right = width - MARGIN_PX
        pen.scale_bar(right - self.bar_px, right, y, color=INK)
        text.write(pen.draw, right - self.bar_px - 12, y, self.bar_label, color=INK, side="right")

    def _lines(self, text: Lettering, width: int) -> list[list[LegendEntry]]:
        """Return the legend in lines; beside the scale bar the first is shorter."""
        room = width - 2 * MARGIN_PX - self.bar_px - 12 - text.width(self.bar_label) - GAP_PX
        lines: list[list[LegendEntry]] = [[]]
        for entry in self.legend:
            needed = _width(entry, text)
            if needed > room:
                lines.append([])
                room = width - 2 * MARGIN_PX
            lines[-1].append(entry)
            room -= needed + GAP_PX
        return lines


def _width(entry: LegendEntry, text: Lettering) -> float:
    return SIGN_PX + 8 + text.width(entry.text)
