"""Text in pictures with the one font that Pillow always has, which lacks all but plain letters.

The superscript two and the micro sign, without which no size on glass can be told, are made from its own
letters; accents are dropped, and what has no plain form becomes a question mark.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ._marks import Color

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SQUARED, MICRO = "²", "µ"
_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F))) | {"…", "·", "°", "±", SQUARED, MICRO}
_CAPITAL, _DESCENT, _SMALL = 0.70, 0.19, 0.62  # shares of the font's size


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text of one size in overview pixels, on a canvas of `zoom` times as many."""

    size: int
    zoom: int

    def width(self, text: str) -> float:
        """Return how wide a text is, in overview pixels."""
        return (
            sum(_font(size).getlength(run.replace(MICRO, "u")) for run, size in self._runs(text)) / self.zoom
        )

    def fitted(self, text: str, room: float) -> str:
        """Return a text shortened in its middle to at most `room`: names of slides differ at their ends."""
        shown = text
        for kept in range(len(text) - 1, 0, -1):
            if self.width(shown) <= room:
                break
            shown = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        return shown

    def write(
        self,
        draw: ImageDraw.ImageDraw,
        x: float,
        y: float,
        text: str,
        *,
        color: Color,
        side: Literal["left", "right"] = "left",
    ) -> None:
        """Write a text with its `side` at x and the middle of its capitals at y."""
        pen = (x if side == "left" else x - self.width(text)) * self.zoom
        base = (y + self.size * _CAPITAL / 2) * self.zoom
        for run, size in self._runs(text):
            font = _font(size)
            raised = base - (self.size * self.zoom - size) * _CAPITAL
            draw.text((pen, raised), run.replace(MICRO, "u"), fill=color, font=font, anchor="ls")
            if run == MICRO:
                self._stem(draw, pen, base, color)
            pen += font.getlength(run.replace(MICRO, "u"))

    def _runs(self, text: str) -> list[tuple[str, int]]:
        """Return pieces that are drawn in one go, with their font size in canvas pixels."""
        full = self.size * self.zoom
        runs: list[tuple[str, int]] = []
        for letter in plain(text):
            if letter == SQUARED:
                runs.append(("2", round(full * _SMALL)))
            elif letter == MICRO or not runs or runs[-1][0] == MICRO or runs[-1][1] != full:
                runs.append((letter, full))
            else:
                runs[-1] = (runs[-1][0] + letter, full)
        return runs

    def _stem(self, draw: ImageDraw.ImageDraw, x: float, base: float, color: Color) -> None:
        """Draw the long first stroke that makes a micro sign of a u."""
        size = self.size * self.zoom
        left, right = _first_stroke(size)
        draw.rectangle((x + left, base - size * _DESCENT, x + right, base + size * _DESCENT), fill=color)


def plain(text: str) -> str:
    """Return a text in letters that the font has."""
    letters = unicodedata.normalize("NFC", text).replace("\u03bc", MICRO)
    return "".join(letter if letter in _PRINTABLE else _without_accent(letter) for letter in letters)


def _without_accent(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base in _PRINTABLE else "?"


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


@cache
def _first_stroke(size: int) -> tuple[int, int]:
    """Return the first and last column of the left stroke of a u, from its origin."""
    canvas = Image.new("L", (size, size))
    ImageDraw.Draw(canvas).text((0, size), "u", fill=255, font=_font(size), anchor="ls")
    ink = np.flatnonzero(np.asarray(canvas)[size - size // 3] > 127)
    ends = np.flatnonzero(np.diff(ink) > 1)
    return int(ink[0]), int(ink[ends[0]])
