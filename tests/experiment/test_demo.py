"""The demo's plan on small worlds where every click can be foretold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from session.stubs import StubPredictors, StubSlide
from zoomiseg.experiment import DemoClick, demo_clicks, shrunk
from zoomiseg.geometry import Box, Grid, PatchFrame
from zoomiseg.session import Session

Answer = Callable[[PatchFrame, int], np.ndarray]


@dataclass
class Foretold:
    """Answers (frame, number of clicks) with a probability that the test has laid down."""

    answer: Answer
    identity: str

    def predict(self, patch, clicks, *, mask_input=None):  # type: ignore[no-untyped-def]
        return self.answer(patch.frame, len(clicks)).astype(np.float32)

    def warm_up(self) -> None:
        pass


def window(plane: np.ndarray, box: Box) -> np.ndarray:
    padded = np.pad(plane, 2048)
    return padded[box.y + 2048 : box.bottom + 2048, box.x + 2048 : box.right + 2048]


def world() -> tuple[StubSlide, np.ndarray]:
    slide = StubSlide(2048, 1024, mpp=0.5)
    truth = np.zeros((1024, 2048), bool)
    truth[200:800, 1200:1900] = True
    truth[400:500, 300:500] = True
    return slide, truth


def run(low: Answer, high: Answer) -> tuple[list[DemoClick], Session]:
    slide, truth = world()
    predictors = StubPredictors(low=Foretold(low, "low"), high=Foretold(high, "high"))  # type: ignore[arg-type]
    session = Session(slide, predictors=predictors)
    return list(demo_clicks(session, truth)), session


def nothing(frame: PatchFrame, clicks: int) -> np.ndarray:
    return np.zeros((1024, 1024))


def the_truth(frame: PatchFrame, clicks: int) -> np.ndarray:
    slide, truth = world()
    return window(shrunk(truth, slide.grids.low) if frame.grid == slide.grids.low else truth, frame.box)


def test_networks_that_know_everything_need_one_click_and_no_zoom() -> None:
    clicks, session = run(the_truth, the_truth)
    assert [(click.scale, click.click.label) for click in clicks] == [("low", 1)]
    assert clicks[0].iou > 0.98
    assert (clicks[0].click.x, clicks[0].click.y) == pytest.approx((1498, 498), abs=60)
    assert len(session.high_patches) <= 2


def test_networks_that_hear_nothing_get_eight_low_and_twelve_high_clicks() -> None:
    clicks, session = run(nothing, nothing)
    assert [click.scale for click in clicks] == ["low"] * 8 + ["high"] * 12
    assert [click.number for click in clicks] == list(range(1, 21))
    assert {click.iou for click in clicks} == {0.0}
    assert len(session.settled) == 2


def test_the_worst_high_patch_comes_first_and_a_good_one_gets_no_more_clicks() -> None:
    clicks, session = run(nothing, the_truth)
    high = [click for click in clicks if click.scale == "high"]
    assert len(high) == 2
    assert high[0].click.x > 1024 > high[1].click.x
    assert high[0].iou > 0.9
    assert high[1].iou == 1.0
    assert len(session.settled) == 2


def test_the_truth_is_shrunk_to_where_at_least_half_of_it_is() -> None:
    truth = np.zeros((6, 9), bool)
    truth[0:2, 0:4] = True
    truth[4:6, 8] = True
    grid = Grid((4.0, 4.0), 3, 2, (2.0, 2.0))
    np.testing.assert_array_equal(shrunk(truth, grid), [[True, False, False], [False, False, False]])


def test_what_is_wrong_at_an_edge_that_cuts_a_low_pixel_in_two_is_clicked() -> None:
    truth = np.zeros((200, 202), bool)
    truth[60:140, 200:] = True
    predictors = StubPredictors(low=Foretold(nothing, "low"), high=Foretold(nothing, "high"))  # type: ignore[arg-type]
    session = Session(StubSlide(202, 200, mpp=0.5), predictors=predictors)
    first = next(demo_clicks(session, truth))
    assert (first.scale, first.click.x, first.click.label) == ("low", 201.0, 1)
