"""The panels of the chosen patches, made from kept masks and the slides themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zoomiseg.geometry import Box

from ..evaluation import EvaluationFile
from ..metrics import MaskArray, overlap_of
from ..simulation import SlideRun, World
from ._case import Case, RowPictures
from ._choice import Chosen, chosen_patches
from ._kept import KeptMasks
from ._names import path_name
from ._panels import PlacedClick, View, errors, fitted, jpeg, overlay, png, probability_panel
from ._seams import Seam, seams_of

OpenWorld = Callable[[str], AbstractContextManager[World]]
DETAIL_PX = 512
"""Side of a detail in high pixels; it is looked for in steps of half of that."""
CLICK_LOSS_ROWS = ("without-click-loss", "zoomiseg")
SEAM_ROWS = ("low-only", "zoomiseg", "high-only")
DETAIL_RULE = (
    "The detail is the square of 512 high pixels in which all rows together have most wrong pixels, the "
    "first of equals, in steps of 256."
)


@dataclass
class Pictures:
    """The cases, and the files that they name."""

    cases: list[Case] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


def make_pictures(
    file: EvaluationFile, figures: Mapping[str, Any], kept: KeptMasks, open_world: OpenWorld
) -> Pictures:
    """Return the panels of all chosen patches.

    Args:
        file: The record.
        figures: Made from it; its rows and slides count.
        kept: Masks; of a row whose mask is missing or not the one that was measured nothing is shown.
        open_world: Opens a slide with its truth by its name.
    Raises:
        SlideError, AnnotationError: A slide or its mask cannot be read.
        OutputError: A kept mask is damaged.
    """
    pictures = Pictures()
    rows = [row["name"] for row in figures["rows"]]
    for number, chosen in enumerate(chosen_patches(file, figures), start=1):
        runs = {name: file.slides[chosen.slide].runs[name] for name in rows}
        with open_world(chosen.slide) as world:
            maker = _Maker(f"{number}-{chosen.role}", chosen, world, runs, kept)
            pictures.cases.append(maker.case())
            pictures.files.update(maker.files)
    return pictures


class _Maker:
    """Makes the panels of one patch."""

    def __init__(
        self, name: str, chosen: Chosen, world: World, runs: Mapping[str, SlideRun], kept: KeptMasks
    ) -> None:
        self.files: dict[str, bytes] = {}
        self._name = name
        self._chosen = chosen
        self._world = world
        self._runs = runs
        self._kept = kept
        self._cell = world.cells[chosen.cell]
        self._truth = world.truth_high(self._cell)
        self._masks = dict(self._fitting())

    def case(self) -> Case:
        """Return the case; `files` holds its pictures then."""
        whole, detail = self._view(self._cell), self._view(self._detail())
        seams = self._seams()
        torn = self._view(self._around(seams[0].box)) if seams else None
        mpp = sum(self._world.slide.grids.high.mpp) / 2
        return Case(
            self._chosen,
            self._photo("image", overlay(whole, None)),
            self._photo("image-detail", overlay(detail, None)),
            max(detail.box.width, detail.box.height) * mpp,
            {name: self._row(name, whole, detail, torn, seams or []) for name in self._masks},
            None if seams is None else (len(seams), sum(seam.length_px for seam in seams) * mpp),
        )

    def _fitting(self) -> Iterator[tuple[str, MaskArray]]:
        """Yield the kept masks that are the ones which were measured."""
        slide, cell = self._chosen.slide, self._chosen.cell
        for name, run in self._runs.items():
            if self._kept.holds(slide, name):
                mask = self._kept.mask(slide, name, cell, self._cell)
                if overlap_of(mask, self._truth) == run.measure.cells[cell]:
                    yield name, mask

    def _row(self, name: str, whole: View, detail: View, torn: View | None, seams: list[Seam]) -> RowPictures:
        mask, run, cell = self._masks[name], self._runs[name], self._chosen.cell
        clicks = _placed(run, self._world)
        low, high = (
            sum(len(patch.actions) for patch in run.patches if (patch.scale, patch.cell) == (scale, cell))
            for scale in ("low", "high")
        )
        boxes = [seam.box for seam in seams] if name == "high-only" else []
        close, shown = self._part(mask, detail), torn is not None and name in SEAM_ROWS
        return RowPictures(
            run.measure.cells[cell].iou,
            low,
            high,
            self._photo(f"{name}-overlay", overlay(whole, mask, clicks)),
            self._photo(f"{name}-overlay-detail", overlay(detail, close, clicks)),
            self._drawing(f"{name}-error", errors(whole, mask, boxes)),
            self._drawing(f"{name}-error-detail", errors(detail, close, boxes)),
            self._probability(name),
            self._photo(f"{name}-seam", overlay(torn, self._part(mask, torn))) if shown and torn else None,
        )

    def _view(self, box: Box) -> View:
        slide = self._world.slide
        if box == self._cell:
            frame = self._world.low_frames[self._chosen.cell]
            image = slide.read(frame.inside.translated(frame.box.x, frame.box.y), slide.grids.low)
        else:
            image = slide.read(box, slide.grids.high)
        return View(box, fitted(image, box), self._truth[box.slices_in(self._cell)])

    def _part(self, mask: MaskArray, view: View) -> MaskArray:
        return mask[view.box.slices_in(self._cell)]

    def _detail(self) -> Box:
        wrong = np.zeros(self._truth.shape, np.int32)
        for mask in self._masks.values():
            wrong += mask != self._truth
        boxes = _squares(self._cell)
        return max(boxes, key=lambda box: int(wrong[box.slices_in(self._cell)].sum()))

    def _around(self, box: Box) -> Box:
        """Return the detail's square around a box's middle, moved inside the patch."""
        width, height = min(DETAIL_PX, self._cell.width), min(DETAIL_PX, self._cell.height)
        x, y = (round(value) for value in box.centre)
        return Box(
            min(max(x - width // 2, self._cell.x), self._cell.right - width),
            min(max(y - height // 2, self._cell.y), self._cell.bottom - height),
            width,
            height,
        )

    def _seams(self) -> list[Seam] | None:
        mask = self._masks.get("high-only")
        if mask is None:
            return None
        return seams_of(mask, self._truth, self._cell, self._world.slide.grids.high)

    def _probability(self, name: str) -> str | None:
        if name not in CLICK_LOSS_ROWS or not self._runs.keys() >= set(CLICK_LOSS_ROWS):
            return None  # nobody would see it
        values = self._kept.low_probability(self._chosen.slide, name, self._chosen.cell)
        if values is None:
            return None
        frame = self._world.low_frames[self._chosen.cell]
        half = frame.box.width // values.shape[1]
        inside = frame.inside
        rows = slice(inside.y // half, -(-inside.bottom // half))
        columns = slice(inside.x // half, -(-inside.right // half))
        return self._drawing(f"{name}-probability", probability_panel(values[rows, columns], self._cell))

    def _photo(self, what: str, picture: np.ndarray) -> str:
        name = f"{self._name}-{path_name(what)}.jpg"
        self.files[name] = jpeg(picture)
        return name

    def _drawing(self, what: str, picture: np.ndarray) -> str:
        name = f"{self._name}-{path_name(what)}.png"
        self.files[name] = png(picture)
        return name


def _squares(cell: Box) -> list[Box]:
    """Return the squares in which a detail is looked for, row by row; the last ones moved inside."""
    width, height = min(DETAIL_PX, cell.width), min(DETAIL_PX, cell.height)
    return [
        Box(min(x, cell.right - width), min(y, cell.bottom - height), width, height)
        for y in range(cell.y, max(cell.bottom - height, cell.y) + DETAIL_PX // 2, DETAIL_PX // 2)
        for x in range(cell.x, max(cell.right - width, cell.x) + DETAIL_PX // 2, DETAIL_PX // 2)
    ]


def _placed(run: SlideRun, world: World) -> list[PlacedClick]:
    """Return the clicks that are in force at the end, in high pixels."""
    high = world.slide.grids.high
    placed = []
    for patch in run.patches:
        clicks: list[PlacedClick] = []
        for action in patch.actions:
            if action.kind == "undo":
                clicks.pop()
            else:
                clicks.append(PlacedClick(*high.from_slide((action.x, action.y)), action.label))
        placed += clicks
    return placed
