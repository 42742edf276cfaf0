"""The demo's plan: a few low clicks, then the high patches where most is still wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from zoomiseg.geometry import PATCH_SIZE, Box, Click, PatchFrame, ScaleName, patch_starts
from zoomiseg.robot import THRESHOLD, iou, next_click
from zoomiseg.session import Session

from ._curve import MaskArray
from ._truth import shrunk

LOW_CLICKS = 8
ALL_CLICKS = 20
GOOD_ENOUGH = 0.95


@dataclass(frozen=True, slots=True)
class DemoClick:
    """One click of the demo and what came of it.

    Args:
        number: From 1.
        click: In slide pixels.
        scale: Which network answered.
        iou: Of the composed mask with the truth, on the high grid, after it.
        seconds: From the click to the prediction.
    """

    number: int
    click: Click
    scale: ScaleName
    iou: float
    seconds: float


def demo_clicks(session: Session, truth_high: MaskArray) -> Iterator[DemoClick]:
    """Let the exact robot work through the demo's plan.

    At most 8 low clicks, patch by patch, until a patch is right to 0.95. Then the slide's high patches
    (at most four, of a grid whose last ones are moved inside) in the order of how much is wrong in them: each
    gets an even share of what is left of 20 clicks, fewer where 0.95 is reached, and is settled.

    Args:
        session: A new one; its slide fits in memory at the high scale.
        truth_high: (H, W) bool on the slide's high grid.
    """
    count = 0
    for click in _low_phase(session, truth_high):
        count += 1
        yield DemoClick(count, *click)
    places = _high_places(session, truth_high)
    while places and count < ALL_CLICKS:
        share = max(round((ALL_CLICKS - count) / len(places)), 1)
        for click in _high_phase(session, truth_high, places.pop(0), share):
            count += 1
            yield DemoClick(count, *click)


Made = tuple[Click, ScaleName, float, float]


def _low_phase(session: Session, truth_high: MaskArray) -> Iterator[Made]:
    left = LOW_CLICKS
    truth_low = shrunk(truth_high, session.slide.grids.low)
    for frame in session.low_patches():
        truth = _window(truth_low, frame.box)
        if not (left and truth.any()):
            continue

        def predicted(frame: PatchFrame = frame) -> MaskArray:
            return session.low_probability(frame) >= THRESHOLD

        for click in _clicked(session, frame, predicted, truth, most=left):
            left -= 1
            yield _made(session, click, "low", truth_high)


def _high_phase(session: Session, truth_high: MaskArray, place: Box, share: int) -> Iterator[Made]:
    grid = session.slide.grids.high
    centre = grid.to_slide((min(place.centre[0], grid.width - 1), min(place.centre[1], grid.height - 1)))
    session.zoom(x=centre[0], y=centre[1])
    done = False
    frame, truth = PatchFrame(grid, place), _window(truth_high, place)
    for click in _clicked(session, frame, lambda: session.read_mask_high(place), truth, most=share):
        done = True
        yield _made(session, click, "high", truth_high)
    inside = place.intersection(grid.box)
    if done and inside is not None:
        session.settle(grid.slide_box(inside))


def _clicked(
    session: Session, frame: PatchFrame, predicted: Callable[[], MaskArray], truth: MaskArray, *, most: int
) -> Iterator[Click]:
    """Yield the robot's next click in a patch, until it is right to 0.95 or `most` are made.

    Args:
        session: On whose slide it has to lie.
        frame: The patch.
        predicted: Answers with the patch's mask as it is now.
        truth: Of the patch, False outside the slide.
        most: Clicks at most.
    """
    valid = np.zeros_like(truth)
    valid[frame.inside.slices_in(Box(0, 0, *truth.shape[::-1]))] = True
    clicked: list[tuple[int, int]] = []
    while len(clicked) < most:
        prediction = predicted()
        found = next_click(prediction, truth, clicked=clicked, valid=valid)
        if found is None or iou(prediction, truth, valid=valid) >= GOOD_ENOUGH:
            return
        clicked.append((found.column, found.row))
        size = session.slide.width, session.slide.height
        yield frame.click_at(found.column, found.row, found.label, slide_size=size)


def _made(session: Session, click: Click, scale: ScaleName, truth_high: MaskArray) -> Made:
    before = perf_counter()
    session.click(x=click.x, y=click.y, label=click.label, scale=scale)
    seconds = perf_counter() - before
    return click, scale, iou(session.read_mask_high(session.slide.grids.high.box), truth_high), seconds


def _high_places(session: Session, truth_high: MaskArray) -> list[Box]:
    """Return the high patches with anything wrong, the worst first, few enough for three clicks each."""
    grid = session.slide.grids.high
    wrong = session.read_mask_high(grid.box) != truth_high
    boxes = [
        Box(x, y, PATCH_SIZE, PATCH_SIZE)
        for y in patch_starts(grid.height, stride=PATCH_SIZE)
        for x in patch_starts(grid.width, stride=PATCH_SIZE)
    ]
    errors = {box: int(np.count_nonzero(_window(wrong, box))) for box in boxes}
    ranked = sorted((box for box in boxes if errors[box]), key=lambda box: (-errors[box], box))
    return ranked[: (ALL_CLICKS - LOW_CLICKS) // 3]


def _window(plane: MaskArray, box: Box) -> MaskArray:
    """Return a box of a plane, False where it reaches outside."""
    window = np.zeros((box.height, box.width), bool)
    common = box.intersection(Box(0, 0, plane.shape[1], plane.shape[0]))
    if common is not None:
        window[common.slices_in(box)] = plane[common.slices_in(Box(0, 0, plane.shape[1], plane.shape[0]))]
    return window
