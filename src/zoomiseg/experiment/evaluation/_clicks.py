"""How many clicks patches took, from the record of what was done in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..simulation import PatchRun, SlideRun, zooms_of

QUALITIES = (85, 90, 95)


@dataclass(frozen=True, slots=True)
class PatchClicks:
    """A patch as the counting of clicks sees it.

    Args:
        scale: Whose network answered.
        clicks: Clicks and undos in it, those in patches opened from it not among them.
        start: Its IoU before the first.
        ious: After each, at its own scale; where a high patch was settled after a low click, the better of
            before and, over the rest, after that.
        end: Its IoU at the end.
    """

    scale: str
    clicks: int
    start: float
    ious: tuple[float, ...]
    end: float

    def clicks_to(self, quality: float, *, most: int) -> tuple[int, bool]:
        """Return the number of clicks until the IoU is at least `quality`, and whether it ever was.

        What never gets there counts `most` clicks.
        """
        for count, value in enumerate((self.start, *self.ious)):
            if value >= quality:
                return count, True
        return most, False


def patches_of(run: SlideRun) -> list[PatchClicks]:
    """Return all patches of a run, low and high."""
    return [_patch(each, run.patches) for each in run.patches]


def _patch(patch: PatchRun, patches: Sequence[PatchRun]) -> PatchClicks:
    ious = [action.iou for action in patch.actions]
    if patch.scale == "low":
        for zoom in zooms_of(patches, patch):
            if zoom.low_iou_after is not None:
                ious[zoom.after - 1] = max(ious[zoom.after - 1], zoom.low_iou_after)
    return PatchClicks(patch.scale, len(patch.actions), patch.iou_start, tuple(ious), patch.iou_end)
