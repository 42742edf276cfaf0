"""The values that a session's state consists of: patches, settled regions, and what they paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from zoomiseg.geometry import Box, Click

from ._layers import Layer, Start

Key: TypeAlias = tuple[int, int]
Order: TypeAlias = tuple[int, int, int]


# A cubic interpolation reaches two pixels to each side.
CUBIC_REACH = 2


@dataclass(frozen=True, slots=True)
class PlacedClick:
    """A click and the number of its event."""

    n: int
    click: Click


@dataclass(frozen=True, slots=True)
class Given:
    """What one event gave to one patch.

    Args:
        box: The patch, in pixels of the scale that was clicked.
        clicks: At least one, in order.
    """

    box: Box
    clicks: tuple[PlacedClick, ...]


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
        part: Which of the patches that one event opened.
    """

    n: int
    class_: str
    box: Box
    z: Order
    clicks: tuple[PlacedClick, ...] = ()
    layer: Layer | None = None
    edited: int = 0
    part: int = 0

    @property
    def key(self) -> Key:
        return self.n, self.part


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """The mask that a class starts from.

    Args:
        n: The number of the event that imported it.
        class_: What it outlines.
        box: Where it is not 0, in high pixels.
        start: Which mask.
    """

    n: int
    class_: str
    box: Box
    start: Start


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """Something drawn over what lies under it.

    Args:
        clip: Where, in high pixels.
        content: An imported mask, low patches to blend, or one high patch.
        seen_through: A high patch fades out at its border, or low patches leave what they do not cover.
    """

    clip: Box
    content: Imported | tuple[LowPatch, ...] | HighPatch
    seen_through: bool


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
    def key(self) -> Key:
        return self.n, 0

    @property
    def z(self) -> Order:
        return self.n, 0, 0


Overlay: TypeAlias = HighPatch | Settled


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What there is of one class in a box: paintings from the lowest up, and the locks on them, in order."""

    paintings: tuple[Painting, ...] = ()
    locks: tuple[Lock, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """A region as it was when it was locked; like a settled one by reference, and of all classes.

    It shows that until an event *after its unlocking* has made a pixel anew, so that what was done around it
    while it was locked never enters it.

    Args:
        n: The number of its event.
        op_id: The id of its event.
        box: In high pixels, whole low pixels.
        views: What each class showed in the box.
        content: Tells views that show something else apart.
        until: The number of the event that unlocked it; None while it is locked.
    """

    n: int
    op_id: str
    box: Box
    views: tuple[tuple[str, View], ...]
    content: str
    until: int | None = None

    def view(self, class_: str) -> View | None:
        """Return what a class showed here; None where there was nothing."""
        return next((view for name, view in self.views if name == class_), None)


def visible_only(paintings: list[Painting]) -> tuple[Painting, ...]:
    """Return the paintings without those that a later, opaque one covers altogether."""
    kept: list[Painting] = []
    for painting in reversed(paintings):
        if not any(not above.seen_through and above.clip.encloses(painting.clip) for above in kept):
            kept.append(painting)
    return tuple(reversed(kept))
