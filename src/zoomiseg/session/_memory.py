"""What a patch's network is told of clicks in other patches."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from zoomiseg.geometry import PatchFrame

from ._layers import Clicked
from ._patches import HighPatch, LowPatch

MOST_PATCHES = 8


def clicked_elsewhere(patches: Iterable[LowPatch | HighPatch], frame: PatchFrame) -> tuple[Clicked, ...]:
    """Return the clicks outside a patch that belong to the 8 patches clicked last, the latest last.

    Args:
        patches: Of the same class and scale; the patch itself may be among them.
        frame: Its own.
    """
    clicked = (patch for patch in patches if patch.clicks)
    latest = heapq.nlargest(MOST_PATCHES + 1, clicked, key=lambda patch: patch.edited)
    elsewhere = (
        Clicked(patch.box, tuple(each.click for each in patch.clicks if not frame.holds(each.click)))
        for patch in reversed(latest)
        if patch.box != frame.box
    )
    return tuple(each for each in elsewhere if each.clicks)[-MOST_PATCHES:]
