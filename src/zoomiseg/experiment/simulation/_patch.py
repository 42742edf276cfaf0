"""One patch under the simulated user's hands: it looks, aims, clicks, and writes down what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np

from zoomiseg.geometry import Box, Click, PatchFrame
from zoomiseg.robot import iou
from zoomiseg.session import Session

from ..metrics import MaskArray, Overlap
from ._hands import Hand
from ._record import Action, ActionKind, PatchRun

Done = Literal["clicked", "undone", "nothing"]


@dataclass(frozen=True)
class Sight:
    """What can be seen of a patch.

    Args:
        first: (H, W) bool, what the first click answers.
        look: Returns (H, W) bool, what the network has predicted since.
        count: Returns the overlap of the patch's region as it is now, from that prediction; from None before
            any click is in force.
    """

    first: MaskArray
    look: Callable[[], MaskArray]
    count: Callable[[MaskArray | None], Overlap]


class PatchWork:
    """Clicks in one patch, each at once in the session and in the record.

    Args:
        session: Where the clicks are made.
        run: Where they are written down; its box is the frame's.
        frame: The patch.
        truth: (H, W) bool, False outside the slide.
        sight: What can be seen of it.
        hand: Who clicks.
        most: Actions at most.
    """

    def __init__(
        self,
        session: Session,
        run: PatchRun,
        frame: PatchFrame,
        truth: MaskArray,
        *,
        sight: Sight,
        hand: Hand,
        most: int,
    ) -> None:
        self.run = run
        self.frame = frame
        self.points: list[tuple[int, int]] = []
        self.region = sight.count(None)
        self.robot_seconds = 0.0
        self._session = session
        self._truth = truth
        self._sight = sight
        self._hand = hand
        self._most = most
        self._prediction = sight.first
        self._valid = np.zeros(truth.shape, bool)
        self._valid[frame.inside.slices_in(Box(0, 0, *truth.shape[::-1]))] = True
        self.iou = self._measured()
        run.iou_start = run.iou_end = self.iou

    @property
    def has_room(self) -> bool:
        """Say whether another action may be made here."""
        return len(self.run.actions) < self._most

    def exclude(self, box: Box) -> None:
        """Take a box of the grid's pixels out of what counts as wrong."""
        common = box.intersection(self.frame.box)
        if common:
            self._valid[common.slices_in(self.frame.box)] = False
            self._remeasure()

    def act(self) -> Done:
        """Make the next click; a mistaken one is undone at once."""
        before = perf_counter()
        aim = self._hand.aim(
            self._prediction,
            self._truth,
            clicked=self.points,
            valid=self._valid,
            may_err=self._most - len(self.run.actions) >= 2,
        )
        self.robot_seconds += perf_counter() - before
        if aim is None:
            return "nothing"
        label = -aim.label if aim.mistaken else aim.label
        slide = self._session.slide
        click = self.frame.click_at(aim.column, aim.row, label, slide_size=(slide.width, slide.height))
        self._click(click)
        if aim.mistaken:
            self._undo(click)
            return "undone"
        return "clicked"

    def repeat(self, action: Action) -> None:
        """Do what was recorded."""
        click = Click(action.x, action.y, action.label)
        if action.kind == "click":
            self._click(click)
        else:
            self._undo(click)

    def _click(self, click: Click) -> None:
        self._session.click(x=click.x, y=click.y, label=click.label, scale=self.run.scale)
        self.points.append(self.frame.pixel_of(click))
        self._note("click", click)

    def _undo(self, click: Click) -> None:
        self._session.undo()
        self.points.pop()
        self._note("undo", click)

    def _note(self, kind: ActionKind, click: Click) -> None:
        self._prediction = self._sight.look() if self.points else self._sight.first
        self.region = self._sight.count(self._prediction if self.points else None)
        self._remeasure()
        self.run.actions.append(
            Action(kind, click.x, click.y, click.label, self.iou, self.region.common, self.region.either)
        )

    def _remeasure(self) -> None:
        self.iou = self.run.iou_end = self._measured()

    def _measured(self) -> float:
        return iou(self._prediction, self._truth, valid=self._valid)
