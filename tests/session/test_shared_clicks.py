"""A high patch laid over another one knows what was clicked there."""

from __future__ import annotations

import pytest

from zoomiseg.session import Session, SessionOptions

from .stubs import StubPredictors, StubSlide


@pytest.mark.parametrize("shared", [True, False])
def test_a_newer_patch_sees_the_clicks_inside_it_that_an_older_one_was_given(shared: bool) -> None:
    predictors = StubPredictors()
    options = SessionOptions(share_high_clicks=shared)
    session = Session(StubSlide(5000, 4200), predictors=predictors, options=options)
    session.click(x=2000, y=2000, label=+1, scale="high")
    session.click(x=1700, y=2000, label=-1, scale="high")
    session.zoom(x=2300, y=2000)
    session.click(x=2400, y=2000, label=-1, scale="high")
    _, clicks = predictors.high.calls[-1]
    seen = [(click.x, click.label) for click in clicks]
    assert seen == ([(2000, 1), (2400, -1)] if shared else [(2400, -1)])
    assert [len(patch.clicks) for patch in session.high_patches] == [2, 1]


def test_what_was_clicked_stays_obeyed_under_a_newer_patch() -> None:
    session = Session(StubSlide(5000, 4200), predictors=StubPredictors())
    session.click(x=2000, y=2000, label=+1, scale="high")
    session.zoom(x=2300, y=2000)
    session.click(x=2700, y=2300, label=-1, scale="high")
    box = session.slide.grids.slide.box
    assert session.mask(box)[2000, 2000]
    session.undo()
    assert session.mask(box)[2000, 2000]
