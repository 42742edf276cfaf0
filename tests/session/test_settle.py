from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Session, SessionOptions

from .stubs import StubPredictors, StubSlide

EVERYTHING = Box(0, 0, 5000, 4200)


def test_a_settled_high_patch_shows_its_own_mask_without_a_seam(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.click(x=2000, y=2000, label=1, scale="high")
    view = session.high_patches[0]
    assert not view.settled
    assert not np.array_equal(session.read(view.slide_box), session.high_probability(1))
    change = session.settle(view.slide_box)
    assert change.changed == (view.slide_box,)
    assert np.array_equal(session.read(view.slide_box), session.high_probability(1))
    assert session.high_patches[0].settled
    assert session.settled == (view.slide_box,)


@pytest.mark.parametrize("mpp", [0.5, 0.37, 0.25])
def test_the_box_of_a_high_patch_settles_all_of_it_at_any_resolution(mpp: float) -> None:
    session = Session(StubSlide(5001, 4203, mpp), predictors=StubPredictors())
    for x, y in [(2000, 2000), (4990, 4190)]:
        session.click(x=x, y=y, label=1, scale="high")
        session.settle(session.high_patches[-1].slide_box)
    assert [view.settled for view in session.high_patches] == [True, True]


def test_low_predictions_never_overwrite_what_is_settled(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    box = Box(1400, 1400, 800, 600)
    before = session.read(EVERYTHING)
    session.settle(box)
    assert np.array_equal(session.read(EVERYTHING), before), "settling shows what was shown"
    session.click(x=1600, y=1600, label=-1)
    after = session.read(EVERYTHING)
    assert np.array_equal(after[box.slices_in(EVERYTHING)], before[box.slices_in(EVERYTHING)])
    assert not np.array_equal(after, before)


def test_where_nothing_was_predicted_nothing_is_settled_too(session: Session) -> None:
    session.click(x=600, y=600, label=1)
    session.settle(Box(4500, 3900, 500, 300))
    session.click(x=4600, y=4000, label=1)
    assert not session.read(Box(4500, 3900, 500, 300)).any()


def test_a_later_high_click_lifts_its_patch_above_the_region(session: Session) -> None:
    session.click(x=2000, y=2000, label=1, scale="high")
    session.settle(session.high_patches[0].slide_box)
    session.click(x=2100, y=2100, label=-1, scale="high")
    assert len(session.high_patches) == 1
    assert not session.mask(Box(2100, 2100, 1, 1)).any()
    assert not session.high_patches[0].settled


def test_lifting_a_region_shows_again_what_lies_under_it(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.settle(Box(1400, 1400, 800, 600), op_id="accepted")
    session.click(x=1600, y=1600, label=-1)
    shown = session.read(EVERYTHING)
    session.undo()
    session.undo()
    session.click(x=1600, y=1600, label=-1)
    without = session.read(EVERYTHING)
    session.settle(Box(100, 100, 10, 10))
    assert not np.array_equal(shown, without)

    again = Session(StubSlide(), predictors=StubPredictors())
    again.click(x=1500, y=1500, label=1)
    again.settle(Box(1400, 1400, 800, 600), op_id="accepted")
    again.click(x=1600, y=1600, label=-1)
    change = again.unsettle("accepted")
    assert np.array_equal(again.read(EVERYTHING), without)
    assert change.changed == (Box(1400, 1400, 800, 600),)
    again.undo()
    assert np.array_equal(again.read(EVERYTHING), shown)


def test_what_is_settled_twice_keeps_what_it_showed(session: Session) -> None:
    session.click(x=2000, y=2000, label=1)
    session.click(x=2400, y=2000, label=1, scale="high")
    session.settle(Box(1800, 1800, 600, 600))
    session.click(x=2000, y=2100, label=-1)
    shown = session.read(EVERYTHING)
    session.settle(Box(2000, 1600, 600, 600))
    session.click(x=2000, y=2200, label=-1)
    inside = Box(2000, 1600, 600, 600).slices_in(EVERYTHING)
    assert np.array_equal(session.read(EVERYTHING)[inside], shown[inside])


def test_settling_again_and_again_does_not_pile_up(session: Session) -> None:
    session.click(x=2000, y=2000, label=1)
    for number in range(40):
        session.click(x=2000 + number, y=2000, label=1, scale="high")
        session.settle(Box(1800 + 100 * (number % 2), 1800, 600, 600))
    newest = session._state.overlays.settled()[-1]
    assert len(newest.paintings) <= 4


def test_the_whole_slide_can_be_settled_without_becoming_pixels() -> None:
    slide = StubSlide(400_000, 300_000)
    session = Session(slide, predictors=StubPredictors(), options=SessionOptions(seam="hard"))
    session.click(x=200_000, y=150_000, label=1)
    session.settle(Box(0, 0, 400_000, 300_000), op_id="all")
    assert len(slide.reads) == 1
    session.click(x=200_100, y=150_000, label=-1)
    assert session.mask(Box(200_100, 150_000, 1, 1)).all()
    session.unsettle("all")
    assert not session.mask(Box(200_100, 150_000, 1, 1)).any()


@pytest.mark.parametrize("box", [Box(-50, 0, 50, 50), Box(5000, 10, 9, 9), Box(10, 10, 0, 5)])
def test_a_box_without_a_pixel_on_the_slide_is_refused(session: Session, box: Box) -> None:
    with pytest.raises(SessionError, match=r"has no pixel on the slide of 5000 x 4200 pixels"):
        session.settle(box)
    assert session.revision == 0


def test_a_settle_of_less_than_a_low_pixel_takes_one(session: Session) -> None:
    session.settle(Box(1001, 1001, 1, 1))
    assert session.settled == (Box(1000, 1000, 4, 4),)


def test_an_id_that_is_no_region_is_refused(session: Session) -> None:
    session.click(x=1, y=1, label=1, op_id="a click")
    with pytest.raises(SessionError, match="No settled region of this session has the id 'a click'"):
        session.unsettle("a click")
