"""The values that a session's state consists of: patches, settled regions, and what they paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from zoomiseg.geometry import Box, Click

from ._layers import Layer

Order: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlacedClick:
    """A click and the number of its event."""

    n: int
    click: Click


@dataclass(frozen=True, slots=True, eq=False)
class LowPatch:
    """A patch of the low grid that was clicked.

    Args:
        box: In low pixels.
        clicks: Those that belong to this patch, in order; it may see more, from its neighbours.
        layer: Its newest prediction.
        edited: The number of the event that predicted it.
    """

    box: Box
    clicks: tuple[PlacedClick, ...]
    layer: Layer
    edited: int


@dataclass(frozen=True, slots=True, eq=False)
class HighPatch:
    """A patch opened at the high scale.

    Args:
        n: The number of the event that opened it.
        class_: What it outlines.
        box: In high pixels, whole low pixels.
        z: Where it lies among patches and settled regions; greater is above.
        clicks: Those given to it, in order.
        layer: Its newest prediction; None before its first click.
        edited: The number of the event that predicted it; 0 before.
    """

    n: int
    class_: str
    box: Box
    z: Order
    clicks: tuple[PlacedClick, ...] = ()
    layer: Layer | None = None
    edited: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """Something drawn over what lies under it.

    Args:
        clip: Where, in high pixels.
        content: Low patches to blend, or one high patch.
        feathered: The patch fades out at its border.
    """

    clip: Box
    content: tuple[LowPatch, ...] | HighPatch
    feathered: bool


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A region frozen as it was: by reference to the layers that made it, never as pixels.

    Args:
        n: The number of its event.
        op_id: The id of its event.
        class_: What it outlines.
        box: In high pixels, whole low pixels.
        paintings: What it shows, from the lowest up.
    """

    n: int
    op_id: str
    class_: str
    box: Box
    paintings: tuple[Painting, ...]

    @property
    def z(self) -> Order:
        return self.n, 0


Overlay: TypeAlias = HighPatch | Settled


def visible_only(paintings: list[Painting]) -> tuple[Painting, ...]:
    """Return the paintings without those that a later, opaque one covers altogether."""
    kept: list[Painting] = []
    for painting in reversed(paintings):
        if not any(not above.feathered and above.clip.encloses(painting.clip) for above in kept):
            kept.append(painting)
    return tuple(reversed(kept))
