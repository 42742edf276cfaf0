"""The paper's Algorithm 1 on one slide, and what it is held against (docs/method.md, "Zoom simulation")."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from zoomiseg.geometry import Box, PatchFrame, high_patch_box, low_crop_of
from zoomiseg.robot import THRESHOLD
from zoomiseg.session import Session

from ..metrics import MaskArray, Overlap, overlap_of
from ._given import given_mask
from ._hands import Hands
from ._patch import PatchWork, Sight
from ._record import PatchRun, zooms_of
from ._rules import ZoomRules
from ._world import World

_LOW, _ZOOM, _HIGH = range(3)
Point = tuple[float, float]
Pair = tuple[int, int]


class Simulation:
    """Works on one slide, patch by patch, in a new session of it.

    Args:
        world: The slide and its truth.
        session: Where the clicks are made; of the same slide, its low patches without overlap, hard seams.
        rules: When to stop and to zoom.
        hands: Who clicks.
    """

    def __init__(self, world: World, session: Session, rules: ZoomRules, hands: Hands) -> None:
        self.runs: list[PatchRun] = []
        self.robot_seconds = 0.0
        self._world = world
        self._session = session
        self._rules = rules
        self._hands = hands
        self._opened = 0
        self._settled: list[Box] = []

    def low_patch(self, number: int, *, zooming: bool) -> None:
        """Click a low patch that has any tumour until it is good; with `zooming`, at both scales."""
        work = self._low_work(number)
        zoomed: set[Pair] = set()
        while work.has_room and not self._rules.finished(work.iou):
            done = work.act()
            if done == "nothing":
                break
            if zooming and done == "clicked" and (pair := self._pair_to_zoom(work, zoomed)):
                zoomed.add(pair)
                self._zoom(work, _middle(work, pair))
        self.robot_seconds += work.robot_seconds

    def low_patch_again(self, recorded: PatchRun, patches: Sequence[PatchRun]) -> None:
        """Repeat the low clicks and zooms of another run; only the high clicks are made anew.

        Args:
            recorded: A low patch of that run.
            patches: All its patches.
        """
        work = self._low_work(recorded.cell)
        zooms = zooms_of(patches, recorded)
        for count, action in enumerate(recorded.actions, start=1):
            work.repeat(action)
            for each in zooms:
                if each.after == count and each.zoom is not None:
                    self._zoom(work, each.zoom)

    def high_patch(self, box: Box) -> None:
        """Click a high patch that has any tumour, by itself, until it is good.

        Args:
            box: In high pixels; where it reaches past the slide, the session's slide goes on in white.
        """
        frame, truth = PatchFrame(self._world.slide.grids.high, box), self._world.truth_high(box)
        place = frame.inside.slices_in(Box(0, 0, box.width, box.height))

        def count(prediction: MaskArray | None) -> Overlap:
            shown = np.zeros_like(truth) if prediction is None else prediction
            return overlap_of(shown[place], truth[place])

        run = PatchRun("high", box, self._world.cell_at(box))
        x, y = frame.grid.to_slide(box.centre)
        # Along a side shorter than a patch any point opens this one, but its middle may lie off the slide.
        slide = self._session.slide
        self._open((min(x, slide.width - 0.5), min(y, slide.height - 0.5)))
        sight = Sight(np.zeros_like(truth), self._look_high(), count)
        self._finish_high(run, frame, truth, sight, place=_HIGH)

    def _low_work(self, number: int) -> PatchWork:
        frame, cell = self._world.low_frames[number], self._world.cells[number]
        truth, cell_truth = self._world.truth_low(frame.box), self._world.truth_high(cell)
        session = self._session

        def count(_: MaskArray | None) -> Overlap:
            return overlap_of(session.read_mask_high(cell), cell_truth)

        run = PatchRun("low", frame.box, number)
        self.runs.append(run)
        work = PatchWork(
            session,
            run,
            frame,
            truth,
            sight=Sight(np.zeros_like(truth), lambda: session.low_probability(frame) >= THRESHOLD, count),
            hand=self._hands.at(self._world.number, _LOW, number),
            most=self._rules.noc_max,
        )
        for box in self._settled:
            work.exclude(box)
        run.iou_start = work.iou
        return work

    def _pair_to_zoom(self, work: PatchWork, zoomed: set[Pair]) -> Pair | None:
        """Return the nearest two clicks, where they make the user zoom; the first of equals."""
        pairs = [
            pair for pair in combinations(range(len(work.points)), 2) if not self._done(work, pair, zoomed)
        ]
        if not pairs:
            return None
        nearest = min(pairs, key=lambda pair: _distance(work, pair))
        return nearest if self._rules.zooms(_distance(work, nearest), work.iou) else None

    def _done(self, work: PatchWork, pair: Pair, zoomed: set[Pair]) -> bool:
        """Say whether two clicks have been answered by a settled high patch and count no more."""
        if self._rules.literal:
            return False
        # A pair further apart than a high patch is wide is never inside one: it zooms once all the same.
        x, y = work.frame.box.x, work.frame.box.y
        points = [(work.points[index][0] + x, work.points[index][1] + y) for index in pair]
        return pair in zoomed or any(all(box.contains(*point) for point in points) for box in self._settled)

    def _zoom(self, low: PatchWork, centre: Point) -> None:
        """Open a high patch from a low one, click it until it is good, and settle it."""
        grids = self._session.slide.grids
        frame = PatchFrame(grids.high, high_patch_box(grids.low, centre))
        first = self._first_look(frame)
        self._open(centre)
        run = PatchRun("high", frame.box, low.run.cell, zoom=centre, after=len(low.run.actions))
        truth = self._world.truth_high(frame.box)
        sight = Sight(first, self._look_high(), self._count_zoom(low, frame, truth))
        low.region = self._finish_high(run, frame, truth, sight, place=_ZOOM)
        if not self._rules.literal:
            self._settle(low, frame)
        run.low_iou_after = low.iou

    def _finish_high(
        self, run: PatchRun, frame: PatchFrame, truth: MaskArray, sight: Sight, *, place: int
    ) -> Overlap:
        self.runs.append(run)
        hand = self._hands.at(self._world.number, place, self._opened)
        work = PatchWork(self._session, run, frame, truth, sight=sight, hand=hand, most=self._rules.noc_max)
        while work.has_room and not self._rules.finished(work.iou) and work.act() != "nothing":
            pass
        self.robot_seconds += work.robot_seconds
        return work.region

    def _open(self, slide_xy: Point) -> None:
        self._session.zoom(x=slide_xy[0], y=slide_xy[1])
        self._opened += 1

    def _settle(self, low: PatchWork, frame: PatchFrame) -> None:
        inside = frame.box.intersection(frame.grid.box)
        assert inside is not None, "a high patch is moved onto the slide"
        self._session.settle(frame.grid.slide_box(inside))
        box = low_crop_of(frame.box)
        self._settled.append(box)
        low.exclude(box)

    def _look_high(self) -> Callable[[], MaskArray]:
        # The newest patch lies over all others, and hard: what it predicts is what the session shows.
        return lambda: self._session.high_probability(self._opened) >= THRESHOLD

    def _first_look(self, frame: PatchFrame) -> MaskArray:
        if self._rules.first_look == "shown":
            return self._session.read_mask_high(frame.box)
        return given_mask(self._session, frame)

    def _count_zoom(
        self, low: PatchWork, frame: PatchFrame, truth: MaskArray
    ) -> Callable[[MaskArray | None], Overlap]:
        """Return what counts the low patch's region, of which a high patch changes a part."""
        part = frame.box.intersection(self._world.cells[low.run.cell])
        assert part is not None, "it was opened between two clicks of this low patch"
        place = part.slices_in(frame.box)
        rest = low.region - overlap_of(self._session.read_mask_high(part), truth[place])

        def count(prediction: MaskArray | None) -> Overlap:
            return low.region if prediction is None else rest + overlap_of(prediction[place], truth[place])

        return count


def _distance(work: PatchWork, pair: Pair) -> float:
    return math.dist(work.points[pair[0]], work.points[pair[1]])


def _middle(work: PatchWork, pair: Pair) -> Point:
    """Return the midpoint of two clicks in slide pixels."""
    box = work.frame.box
    u, v = (sum(work.points[index][axis] for index in pair) / 2 + 0.5 for axis in (0, 1))
    return work.frame.grid.to_slide((u + box.x, v + box.y))
