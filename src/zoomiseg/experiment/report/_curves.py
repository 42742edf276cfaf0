"""Curves of IoU against clicks, from the counts that each recorded action carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..metrics import Overlap
from ..simulation import PatchRun, SlideRun, zooms_of

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A patch with all clicks that were spent on it, those of its zooms among them.

    Args:
        cell: The low patch it is or lies in.
        counts: (common, either) after each.
        start: Before the first, as far as is known.
    """

    cell: int
    counts: tuple[tuple[int, int], ...]
    start: tuple[int, int]

    def after(self, clicks: int) -> tuple[int, int]:
        """Return the counts after so many clicks; after the last where there were fewer."""
        return self.counts[min(clicks, len(self.counts)) - 1] if clicks and self.counts else self.start


def patch_curve(runs: Sequence[SlideRun], *, most: int) -> Points:
    """Return (clicks, mean IoU over the patches) for 0 to `most` clicks in each patch.

    A patch is a low patch with the zooms opened from it; of a row that only clicks high patches, one of
    these. The IoU is that of its region on the high grid; a finished patch keeps its last.
    """
    units = [unit for run in runs for unit in _units(run)]
    if not units:
        return []
    return [
        (float(clicks), float(np.mean([_iou(*unit.after(clicks)) for unit in units])))
        for clicks in range(most + 1)
    ]


def slide_curve(runs: Sequence[SlideRun]) -> Points:
    """Return (all clicks, mean IoU over the slides) while every patch may take more and more clicks.

    The first point is that of one click a patch, the next of two, and so on. The last is what the masks
    were measured to be: a zoom may reach over into a patch that had been finished before.
    """
    slides = [(_units(run), run.measure.cells) for run in runs]
    longest = max((len(unit.counts) for units, _ in slides for unit in units), default=0)
    points = [
        (
            float(sum(min(clicks, len(unit.counts)) for units, _ in slides for unit in units)),
            float(np.mean([_slide_iou(units, cells, clicks) for units, cells in slides])),
        )
        for clicks in range(1, longest)
    ]
    total = sum(len(patch.actions) for run in runs for patch in run.patches)
    return [*points, (float(total), float(np.mean([run.measure.overlap.iou for run in runs])))]


def _units(run: SlideRun) -> list[_Unit]:
    low = [patch for patch in run.patches if patch.scale == "low"]
    if not low:
        return [
            _Unit(patch.cell, tuple((each.common, each.either) for each in patch.actions), (0, 1))
            for patch in run.patches
        ]
    cells = run.measure.cells
    return [_Unit(patch.cell, _merged(patch, run.patches), (0, cells[patch.cell].true)) for patch in low]


def _merged(low: PatchRun, patches: Sequence[PatchRun]) -> tuple[tuple[int, int], ...]:
    """Return the counts after each action in a low patch and its zooms, in the order they were made."""
    zooms = zooms_of(patches, low)
    counts = []
    for number, action in enumerate(low.actions, start=1):
        counts.append((action.common, action.either))
        for zoom in zooms:
            if zoom.after == number:
                counts += [(each.common, each.either) for each in zoom.actions]
    return tuple(counts)


def _slide_iou(units: Sequence[_Unit], cells: Sequence[Overlap], clicks: int) -> float:
    """Return the IoU of a slide; low patches that were never clicked are as they were measured."""
    counts = [unit.after(clicks) for unit in units if unit.counts]
    clicked = {unit.cell for unit in units}
    counts += [(cell.common, cell.either) for number, cell in enumerate(cells) if number not in clicked]
    return _iou(sum(common for common, _ in counts), sum(either for _, either in counts))


def _iou(common: int, either: int) -> float:
    return common / either if either else 1.0
