"""What a session tells its clients: answers to operations, and its high patches."""

from __future__ import annotations

from dataclasses import dataclass

from zoomiseg.geometry import Box, Click, PatchFrame

from ._resample import FloatArray


@dataclass(frozen=True, slots=True)
class Change:
    """The answer to an operation, given once it is durable.

    Args:
        revision: The session's revision after it.
        changed: Boxes in slide pixels outside of which the mask is as before; they may overlap.
    """

    revision: int
    changed: tuple[Box, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What clicks elsewhere make of a low patch that was never clicked; no part of the mask.

    Args:
        frame: Its place on the low grid.
        probability: (1024, 1024) float32 in [0, 1] on its pixels, 0 outside the slide.
    """

    frame: PatchFrame
    probability: FloatArray

    @property
    def slide_box(self) -> Box:
        """The part on the slide, in slide pixels."""
        common = self.frame.box.intersection(self.frame.grid.box)
        assert common is not None, "a low patch touches the slide"
        return self.frame.grid.slide_box(common)


@dataclass(frozen=True, slots=True)
class HighPatchView:
    """A high patch as it is now.

    Args:
        number: From 1, in the order of opening.
        class_: What it outlines.
        frame: Its place on the high grid.
        clicks: Those given to it, in order, in slide pixels.
        predicted: It had its first click.
        settled: A settled region covers it.
    """

    number: int
    class_: str
    frame: PatchFrame
    clicks: tuple[Click, ...]
    predicted: bool
    settled: bool

    @property
    def slide_box(self) -> Box:
        """The part on the slide, in slide pixels: what to settle when the patch is done."""
        common = self.frame.box.intersection(self.frame.grid.box)
        assert common is not None, "a high patch is moved onto the slide"
        return self.frame.grid.slide_box(common)
