"""Slides with a truth of rectangles, and networks whose every answer a test has laid down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from session.stubs import StubPredictors, StubSlide
from zoomiseg.experiment.metrics import SlideMeasure
from zoomiseg.experiment.simulation import OPTIONS, Hands, PatchRun, Row, Simulation, World, ZoomRules
from zoomiseg.geometry import Box, Click, PatchFrame
from zoomiseg.session import Session

Answer = Callable[[PatchFrame, int], np.ndarray]


@dataclass
class Foretold:
    """Answers (frame, number of clicks) with what a test has laid down, and keeps what it was asked."""

    answer: Answer
    identity: str
    asked: list[tuple[Box, tuple[Click, ...], Any]] = field(default_factory=list)

    def predict(self, patch: Any, clicks: Any, *, mask_input: Any = None) -> np.ndarray:
        self.asked.append((patch.frame.box, tuple(clicks), mask_input))
        return np.asarray(self.answer(patch.frame, len(clicks)), np.float32)

    def warm_up(self) -> None:
        pass


def truth_of(width: int, height: int, *boxes: Box) -> np.ndarray:
    truth = np.zeros((height, width), bool)
    for box in boxes:
        truth[box.y : box.bottom, box.x : box.right] = True
    return truth


def world_of(truth: np.ndarray, *, number: int = 0) -> World:
    """Return a slide at 0.5 µm with this truth."""
    slide = StubSlide(truth.shape[1], truth.shape[0], mpp=0.5)
    return World(slide, lambda box: truth[box.y : box.bottom, box.x : box.right], number)


def deaf(frame: PatchFrame, clicks: int) -> np.ndarray:
    return np.zeros((1024, 1024))


def knows(world: World, *missing: Box) -> Answer:
    """Return a network of either scale that answers the truth but for boxes of its grid's pixels."""

    def answer(frame: PatchFrame, clicks: int) -> np.ndarray:
        low = frame.grid == world.slide.grids.low
        seen = world.truth_low(frame.box) if low else world.truth_high(frame.box)
        for box in missing:
            if common := box.intersection(frame.box):
                seen[common.slices_in(frame.box)] = False
        return seen

    return answer


def networks(low: Answer, high: Answer) -> StubPredictors:
    return StubPredictors(low=Foretold(low, "low"), high=Foretold(high, "high"))  # type: ignore[arg-type]


def row(scheme: Any, low: Answer, high: Answer, *, l2h: bool = True) -> Row:
    return Row(name=scheme, scheme=scheme, predictors=networks(low, high), l2h=l2h)


def simulation_of(
    world: World, low: Answer, high: Answer, rules: ZoomRules | None = None, hands: Hands | None = None
) -> tuple[Simulation, Session]:
    session = Session(world.slide, predictors=networks(low, high), options=OPTIONS)
    return Simulation(world, session, rules or ZoomRules(), hands or Hands()), session


def places(run: PatchRun, world: World) -> list[tuple[int, int, int]]:
    """Return the clicks of a patch in pixels of its scale's grid, with their labels."""
    grid = world.slide.grids.low if run.scale == "low" else world.slide.grids.high
    return [(*grid.pixel_at((each.x, each.y)), each.label) for each in run.actions]


def missed(measure: SlideMeasure) -> int:
    """Return the pixels that the truth has and the mask has not."""
    return measure.overlap.true - measure.overlap.common
