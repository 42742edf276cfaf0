"""What a simulated user did on a slide, click by click: all that figures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from zoomiseg.geometry import Box, ScaleName

from ..metrics import SlideMeasure

ActionKind = Literal["click", "undo"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user did in a patch, and what came of it. Every one counts.

    Args:
        kind: A click, or the undo of the click before.
        x: In slide pixels.
        y: In slide pixels.
        label: +1 or -1; of an undo, that of the click undone.
        iou: Of the patch at its own scale after it, over what counts there: what the user goes by.
        common: Pixels of the region's mask and truth on the high grid after it, see `PatchRun.cell`.
        either: Pixels of one of the two at least.
    """

    kind: ActionKind
    x: float
    y: float
    label: int
    iou: float
    common: int
    either: int


@dataclass(slots=True)
class PatchRun:
    """A patch that was worked on.

    Args:
        scale: Whose network answered.
        box: In pixels of that scale's grid.
        cell: The low patch that it lies in, by number. `common` and `either` of the actions count the region
            of that patch as the session shows it; in the row high-only, of the high patch itself.
        zoom: Where a high patch was opened from a low one, in slide pixels.
        after: Actions in that low patch before.
        iou_start: Of the patch before its first action.
        iou_end: At the end; less than `q_max` is a failure.
        low_iou_after: Of the low patch, over what was left of it, when a high patch had been settled.
        actions: In order.
    """

    scale: ScaleName
    box: Box
    cell: int
    zoom: tuple[float, float] | None = None
    after: int = 0
    iou_start: float = 0.0
    iou_end: float = 0.0
    low_iou_after: float | None = None
    actions: list[Action] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SlideRun:
    """All that was done on one slide in one row of the table.

    Args:
        patches: In the order of opening: a low patch, then the high patches that were opened from it.
        measure: Of the slide's final mask.
        seconds: From the first click to the last, with all that the simulation does in between.
        seconds_network: Of them, what the networks took.
        seconds_robot: Of them, what choosing the clicks took.
    """

    patches: tuple[PatchRun, ...]
    measure: SlideMeasure
    seconds: float
    seconds_network: float
    seconds_robot: float


def zooms_of(patches: Sequence[PatchRun], low: PatchRun) -> list[PatchRun]:
    """Return the high patches that were opened from a low one, in order."""
    return [each for each in patches if each.zoom is not None and each.cell == low.cell]
