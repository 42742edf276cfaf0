from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box, PatchFrame
from zoomiseg.session import Session, SessionOptions
from zoomiseg.session._session import PATCH_IMAGES

from .stubs import StubPredictors, StubSlide, take_in_all


def test_the_first_high_click_starts_from_the_low_probability_enlarged(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.click(x=3300, y=1500, label=1)
    session.zoom(x=2400, y=1500)
    under = session.high_patches[0].frame.box
    shown = session.read(under)
    session.click(x=2400, y=1500, label=1, scale="high")
    assert np.array_equal(session.predictors.high.masks[0], shown)
    assert shown.max() > 0.8
    assert shown.min() < 0.1


def test_later_high_clicks_are_fed_exactly_what_was_stored(session: Session) -> None:
    session.click(x=2400, y=1500, label=1, scale="high")
    stored = session.high_probability(1)
    session.click(x=2410, y=1500, label=-1, scale="high")
    assert session.predictors.high.masks[0] is None, "no low patch was clicked there"
    assert np.array_equal(session.predictors.high.masks[1], stored)
    assert np.array_equal(stored * 255, np.rint(stored * 255))


def test_a_low_click_is_fed_the_patchs_own_prediction(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    frame = session.low_patches()[0]
    stored = session.low_probability(frame)
    session.click(x=1510, y=1500, label=-1)
    assert np.array_equal(session.predictors.low.masks[1], stored)


def test_without_l2h_the_first_high_click_starts_from_nothing() -> None:
    session = Session(StubSlide(), predictors=StubPredictors(), options=SessionOptions(l2h=False))
    session.click(x=1500, y=1500, label=1)
    session.click(x=1600, y=1500, label=1, scale="high")
    assert session.predictors.high.masks == [None]


@pytest.mark.parametrize("carry", [False, True])
def test_low_clicks_are_carried_to_the_high_network_only_on_demand(carry: bool) -> None:
    options = SessionOptions(carry_low_clicks=carry)
    session = Session(StubSlide(), predictors=StubPredictors(), options=options)
    session.click(x=1500, y=1500, label=1)
    session.click(x=1600, y=1500, label=-1, scale="high")
    session.click(x=1490, y=1500, label=1)
    session.click(x=1610, y=1500, label=-1, scale="high")
    seen = [tuple(click.x for click in clicks) for _, clicks in session.predictors.high.calls]
    assert seen == ([(1500, 1600), (1500, 1600, 1490, 1610)] if carry else [(1600,), (1600, 1610)])
    assert [click.x for click in session.high_patches[0].clicks] == [1600, 1610]


def test_a_low_mask_outside_a_small_slide_is_zero() -> None:
    session = Session(StubSlide(600, 500), predictors=StubPredictors())
    session.click(x=300, y=250, label=1)
    session.click(x=300, y=250, label=1, scale="high")
    mask = session.predictors.high.masks[0]
    frame = session.high_patches[0].frame
    inside = frame.inside.slices_in(Box(0, 0, 1024, 1024))
    assert mask[inside].min() > 0.5
    mask[inside] = 0
    assert not mask.any()
    assert session.read(Box(0, 0, 600, 500)).min() > 0.4


def test_a_click_reads_its_patch_once_whatever_the_size_of_the_slide() -> None:
    slide = StubSlide(400_000, 300_000)
    session = Session(slide, predictors=StubPredictors())
    for number in range(3):
        session.click(x=200_000 + number, y=150_000, label=1)
        session.click(x=200_100 + number, y=150_000, label=1, scale="high")
    assert [box.area for box in slide.reads] == [1024 * 1024] * 2


def test_undo_and_redo_predict_and_read_nothing() -> None:
    slide = StubSlide()
    session = Session(slide, predictors=StubPredictors())
    for number in range(4):
        session.click(x=1500 + 400 * number, y=1500, label=1)
    calls, reads = session.predictors.calls, len(slide.reads)
    for _ in range(4):
        session.undo()
    for _ in range(4):
        session.redo()
    assert (session.predictors.calls, len(slide.reads)) == (calls, reads)


def test_a_bounded_number_of_patch_images_is_held() -> None:
    session = Session(StubSlide(60_000, 3000), predictors=StubPredictors())
    for number in range(20):
        session.click(x=1000 + 2800 * number, y=1500, label=1, scale="high")
    assert len(session._predictions._images) == PATCH_IMAGES


def test_many_missing_layers_are_predicted_in_order_and_progress_is_told(open_session, slide) -> None:
    session = open_session()
    session.click(x=1500, y=1500, label=1)
    session.click(x=3900, y=1500, label=1)
    for number in range(3):
        session.click(x=2400 + number, y=1500, label=1, scale="high")
    shown = session.read(Box(0, 0, 5000, 4200))
    session.close()
    told: list[tuple[int, int]] = []
    again = Session(
        slide,
        predictors=StubPredictors(),
        options=session.options,
        on_progress=lambda *step: told.append(step),
    )
    take_in_all(again, session)
    assert told == []
    again.high_probability(1)
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert np.array_equal(again.read(Box(0, 0, 5000, 4200)), shown)
    assert again.predictors.calls == 5


def test_a_slide_that_cannot_be_read_refuses_the_click_as_a_whole(session: Session, slide: StubSlide) -> None:
    slide.lost = True
    with pytest.raises(SlideError, match="The drive is gone"):
        session.click(x=1500, y=1500, label=1, op_id="again")
    assert session.revision == 0
    assert session.events == ()
    slide.lost = False
    assert session.click(x=1500, y=1500, label=1, op_id="again").revision == 1


def test_a_patch_that_was_not_clicked_is_probability_zero(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.zoom(x=3000, y=3000)
    assert not session.low_probability(session.low_patches()[1]).any()
    assert not session.high_probability(1).any()
    other = PatchFrame(session.slide.grids.low, Box(1, 1, 1024, 1024))
    assert not session.low_probability(other).any()
