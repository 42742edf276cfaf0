"""Scribbles and boxes: one event, clicks that come and go together."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import ClickOutside, SessionError
from zoomiseg.geometry import Box, Click
from zoomiseg.session import PromptGiven, Session

HERE = Box(1000, 1000, 2000, 1400)


def told(session: Session) -> PromptGiven:
    payload = session.events[-1].payload
    assert isinstance(payload, PromptGiven)
    return payload


def test_a_scribble_is_a_click_every_diameter_and_one_prediction(session: Session) -> None:
    change = session.scribble([(1500, 1500), (1588, 1500), (1588, 1610)], label=1, op_id="line")
    clicks = (Click(1500, 1500, 1), Click(1544, 1500, 1), Click(1588, 1500, 1), Click(1588, 1544, 1))
    assert session.clicks() == session.clicks("low") == (*clicks, Click(1588, 1588, 1))
    assert session.clicks("high") == ()
    assert (change.revision, session.predictors.calls) == (1, 1)
    assert session.predictors.low.calls[0][1] == session.clicks()
    assert told(session).outline == ((1500.0, 1500.0), (1588.0, 1500.0), (1588.0, 1610.0))
    again = session.scribble([(1500, 1500), (1588, 1500), (1588, 1610)], label=1, op_id="line")
    assert again == change


def test_at_the_high_scale_the_clicks_lie_a_diameter_of_high_pixels_apart(session: Session) -> None:
    session.scribble([(1500, 1500), (1522, 1500)], label=-1, scale="high")
    assert session.clicks("high") == (Click(1500, 1500, -1), Click(1511, 1500, -1), Click(1522, 1500, -1))
    assert session.high_patches[0].frame.box == Box(1000, 988, 1024, 1024), "centred on the line"
    assert session.high_patches[0].clicks == session.clicks()


def test_a_line_over_several_patches_is_predicted_once_in_each(session: Session) -> None:
    session.scribble([(1800, 1500), (2600, 1500)], label=1)
    assert len(session.clicks()) == 19
    assert [box.x for box, _ in session.predictors.low.calls] == [0, 226]
    assert [len(clicks) for _, clicks in session.predictors.low.calls] == [19, 19], "each sees all inside it"
    session.scribble([(500, 2000), (2500, 2000)], label=1, scale="high")
    boxes = [view.frame.box for view in session.high_patches]
    assert len(boxes) == len(session.predictors.high.calls) == 3
    assert sum(len(view.clicks) for view in session.high_patches) == len(session.clicks("high"))
    assert session.mask(Box(500, 1990, 2000, 20)).all()
    session.undo()
    assert session.high_patches == ()


def test_a_scribble_goes_to_the_patch_that_is_open_there(session: Session) -> None:
    session.zoom(x=2000, y=2000)
    session.scribble([(1900, 1900), (2000, 1900)], label=1, scale="high")
    assert [len(view.clicks) for view in session.high_patches] == [10]


def test_a_prompt_is_deleted_and_undone_as_one(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    before = session.read(HERE)
    session.scribble([(1500, 1500), (1900, 1500)], label=-1, op_id="line")
    after = session.read(HERE)
    assert not np.array_equal(before, after)
    session.delete("line")
    assert np.array_equal(session.read(HERE), before)
    session.undo()
    assert np.array_equal(session.read(HERE), after)
    session.undo()
    assert np.array_equal(session.read(HERE), before)
    assert session.clicks() == (Click(1500, 1500, 1),)


@pytest.mark.parametrize(("scale", "beyond"), [("low", 11 * 4), ("high", 11)])
def test_a_box_is_a_click_in_its_middle_and_one_against_it_beyond_each_side(
    session: Session, scale: str, beyond: int
) -> None:
    half = 200 if scale == "high" else 1000
    session.box_prompt(Box(1700 - half, 1700 - half, 2 * half, 2 * half), scale=scale)
    assert session.clicks(scale) == (
        Click(1700, 1700, 1),
        Click(1700, 1700 - half - beyond, -1),
        Click(1700 + half + beyond, 1700, -1),
        Click(1700, 1700 + half + beyond, -1),
        Click(1700 - half - beyond, 1700, -1),
    )
    assert session.predictors.calls == 1
    assert session.mask(Box(1700, 1700, 1, 1)).all()
    assert told(session).kind == "box"


def test_a_box_that_no_open_patch_holds_gets_its_own(session: Session) -> None:
    session.zoom(x=2200, y=1700)
    session.box_prompt(Box(1400, 1400, 900, 600), scale="high")
    assert [len(view.clicks) for view in session.high_patches] == [0, 5]
    assert session.high_patches[1].frame.box == Box(1340, 1188, 1024, 1024)


def test_at_the_slides_edge_a_box_has_fewer_clicks_against_it(session: Session) -> None:
    session.box_prompt(Box(-100, 0, 400, 300))
    assert [click.label for click in session.clicks()] == [1, -1, -1]


def test_prompts_in_a_locked_region_are_refused_and_clicks_in_it_not_given(session: Session) -> None:
    session.lock(Box(1400, 1400, 400, 400))
    with pytest.raises(SessionError, match=r"The scribble at \(1500, 1500\) lies in a locked region"):
        session.scribble([(1500, 1500), (1700, 1500)], label=1)
    with pytest.raises(SessionError, match=r"The box at \(1500, 1500\) lies in a locked region"):
        session.box_prompt(Box(1300, 1300, 400, 400))
    before = session.read(Box(1400, 1400, 400, 400))
    session.scribble([(1220, 1500), (1700, 1500)], label=1)
    assert {click.x for click in session.predictors.low.calls[-1][1]} == {1220, 1264, 1308, 1352, 1396}
    assert np.array_equal(session.read(Box(1400, 1400, 400, 400)), before)


def test_prompts_without_sense_are_refused(session: Session) -> None:
    for error, sentence, act in (
        (SessionError, "at least one point", lambda: session.scribble([], label=1)),
        (SessionError, "scribble's scale", lambda: session.scribble([(1, 1)], label=1, scale="middle")),
        (ClickOutside, "scribble lies outside", lambda: session.scribble([(-9, 1), (-1, 1)], label=1)),
        (
            SessionError,
            r"at most 256 clicks, got 364\. Draw it in parts",
            lambda: session.scribble([(0, 1), (4000, 1)], label=1, scale="high"),
        ),
        (SessionError, "has no extent", lambda: session.box_prompt(Box(5, 5, 0, 9))),
        (ClickOutside, "middle of the box", lambda: session.box_prompt(Box(-50, 5, 20, 9))),
        (
            SessionError,
            "box of 1000 x 9 slide pixels is larger than the high network sees",
            lambda: session.box_prompt(Box(5, 5, 1000, 9), scale="high"),
        ),
    ):
        with pytest.raises(error, match=sentence):
            act()
    assert session.revision == 0


def test_a_line_that_crosses_itself_tells_a_pixel_once(session: Session) -> None:
    session.scribble([(1500, 1500), (1588, 1500), (1500, 1500)], label=1)
    assert session.clicks() == (Click(1500, 1500, 1), Click(1544, 1500, 1), Click(1588, 1500, 1))


def test_prompts_survive_a_restart(open_session) -> None:
    first = open_session()
    first.scribble([(500, 2000), (2500, 2000)], label=1, scale="high")
    first.box_prompt(Box(1400, 1500, 600, 400))
    shown, clicks = first.read(HERE), first.clicks()
    first.close()
    again = open_session()
    assert again.clicks() == clicks
    assert np.array_equal(again.read(HERE), shown)
    assert again.predictors.calls == 0
