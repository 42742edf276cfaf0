"""The signs that an overview draws on tissue and repeats in its legend."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import ImageDraw

from zoomiseg.geometry import ScaleName

Color = tuple[int, int, int]

# Two hues that all kinds of colour vision tell apart; shape and sign say the same once more.
TUMOUR_COLOR: Color = (202, 60, 0)
BACKGROUND_COLOR: Color = (0, 92, 170)
OUTLINE_COLOR: Color = (0, 118, 84)
FRAME_COLOR: Color = (30, 30, 30)
WHITE: Color = (255, 255, 255)

RADIUS_PX: dict[ScaleName, float] = {"low": 11.0, "high": 8.0}
"""Of a click's sign, in overview pixels: low clicks are larger and round, high ones square."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws signs in overview pixels onto a canvas of `zoom` times as many.

    Args:
        draw: Of an RGB canvas.
        zoom: Canvas pixels per overview pixel.
    """

    draw: ImageDraw.ImageDraw
    zoom: int

    def click(self, x: float, y: float, *, label: int, scale: ScaleName) -> None:
        """Draw a click: tumour is filled and carries a plus, background is hollow and carries a minus."""
        radius = RADIUS_PX[scale]
        color = TUMOUR_COLOR if label > 0 else BACKGROUND_COLOR
        self._disk(x, y, radius + 1.75, scale=scale, color=WHITE)
        self._disk(x, y, radius, scale=scale, color=color)
        if label < 0:
            self._disk(x, y, radius - 2.25, scale=scale, color=WHITE)
        sign_color = WHITE if label > 0 else color
        arm, half = radius * 0.52, 1.25
        self._bar(x - arm, y - half, x + arm, y + half, sign_color)
        if label > 0:
            self._bar(x - half, y - arm, x + half, y + arm, sign_color)

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw the thin frame of a patch."""
        for width, color in ((4.0, WHITE), (2.0, FRAME_COLOR)):
            grown = width / 2
            corners = (left - grown, top - grown, right + grown, bottom + grown)
            self.draw.rectangle(self._scaled(*corners), outline=color, width=round(width * self.zoom))

    def stroke(self, left: float, right: float, y: float) -> None:
        """Draw a piece of the mask's outline."""
        self._bar(left, y - 2.75, right, y + 2.75, WHITE)
        self._bar(left, y - 1.5, right, y + 1.5, OUTLINE_COLOR)

    def scale_bar(self, left: float, right: float, y: float, *, color: Color) -> None:
        """Draw a bar with ticks at both ends."""
        self._bar(left, y - 1.5, right, y + 1.5, color)
        for end in (left + 0.75, right - 0.75):
            self._bar(end - 0.75, y - 6, end + 0.75, y + 6, color)

    def _disk(self, x: float, y: float, radius: float, *, scale: ScaleName, color: Color) -> None:
        box = self._scaled(x - radius, y - radius, x + radius, y + radius)
        if scale == "low":
            self.draw.ellipse(box, fill=color)
        else:
            self.draw.rounded_rectangle(box, radius=2 * self.zoom, fill=color)

    def _bar(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        self.draw.rectangle(self._scaled(left, top, right, bottom), fill=color)

    def _scaled(
        self, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        # Pillow counts a shape's last pixel as its own.
        zoom = self.zoom
        return left * zoom, top * zoom, max(right * zoom - 1, left * zoom), max(bottom * zoom - 1, top * zoom)
