"""What a page is made of, so that HTML and Markdown say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title; level 1 is the page's."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; `strong` for the sentence that counts."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a head; the columns numbered in `foreign` are somebody else's figures."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing.

    Args:
        name: Of its file beside the Markdown, without ending.
        svg: The drawing.
        caption: What it shows.
    """

    name: str
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture in the pictures' folder, with what stands under it."""

    file: str
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures side by side."""

    panels: Sequence[Panel]
    caption: str


@dataclass(frozen=True, slots=True)
class Legend:
    """What colours mean: (CSS colour, words)."""

    entries: Sequence[tuple[str, str]]


Block = Heading | Paragraph | Table | Chart | Gallery | Legend
