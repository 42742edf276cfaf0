"""Which low patches are shown: by a rule, never by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..evaluation import EvaluationFile

Role = Literal["median", "worst", "only"]
RULE = (
    "Of each kind of slides two low patches are shown: of those that hold tumour, ordered by the IoU of the "
    "row {row} on the high grid, the one in the middle (the upper one of two) and the first. Equal ones keep "
    "the order of slides and patches."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A low patch to be shown.

    Args:
        kind: Of its slide.
        role: Why.
        slide: Its name.
        cell: The low patch by number, row by row.
        iou: Of the ordering row, on the high grid.
    """

    kind: str
    role: Role
    slide: str
    cell: int
    iou: float


def ordering_row(figures: Mapping[str, Any]) -> str:
    """Return the row by whose IoU patches are ordered: zoomiseg, or the table's first."""
    names = [row["name"] for row in figures["rows"]]
    return "zoomiseg" if "zoomiseg" in names else str(names[0])


def chosen_patches(file: EvaluationFile, figures: Mapping[str, Any]) -> list[Chosen]:
    """Return the patches of each kind, the median before the worst; one where there is no other."""
    row = ordering_row(figures)
    kinds = dict.fromkeys(slide["kind"] for slide in figures["slides"])
    return [each for kind in kinds for each in _of_kind(kind, row, file, figures)]


def _of_kind(kind: str, row: str, file: EvaluationFile, figures: Mapping[str, Any]) -> list[Chosen]:
    candidates = [
        (overlap.iou, order, cell, slide["name"])
        for order, slide in enumerate(figures["slides"])
        if slide["kind"] == kind
        for cell, overlap in enumerate(file.slides[slide["name"]].runs[row].measure.cells)
        if overlap.true
    ]
    if not candidates:
        return []
    candidates.sort()
    picks: dict[Role, int] = {"only": 0}
    if len(candidates) > 1:
        picks = {"median": len(candidates) // 2, "worst": 0}
    return [
        Chosen(kind, role, name, cell, iou)
        for role, (iou, _, cell, name) in ((role, candidates[place]) for role, place in picks.items())
    ]
