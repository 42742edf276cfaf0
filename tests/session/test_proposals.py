"""What is proposed for unclicked patches, and how it becomes a mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from zoomiseg.adapt import Remembered
from zoomiseg.errors import ClickOutside, SessionError
from zoomiseg.geometry import Box, Click
from zoomiseg.predict import FloatArray, Patch, stop_if_wanted
from zoomiseg.session import Session, SessionOptions

from .stubs import StubSlide
from .test_guard import TwoAnswers, TwoAnswersPair, whole

ELSEWHERE = (15_000, 12_000)
NEAR = Box(14_996, 11_996, 8, 8)


@dataclass
class Remembering(TwoAnswers):
    """Says 0.8 where it remembers something, a tenth more where it was clicked; else 0.2."""

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        stop_if_wanted()
        return self._all(patch, 0.2 + 0.6 * bool(memory) + 0.1 * len(clicks))

    def remembered(self, patch: Patch, clicks: Sequence[Click]) -> Remembered:
        return Remembered(np.zeros((2, 1, 64), np.float32), np.ones((2, 64), np.float32))


@dataclass
class RememberingPair(TwoAnswersPair):
    low: Remembering = field(default_factory=lambda: Remembering("low"))
    high: Remembering = field(default_factory=lambda: Remembering("high"))


def opened(folder: Path | None = None, *, adapt: str = "memory") -> Session:
    slide = StubSlide(20_000, 16_000)
    return Session(slide, predictors=RememberingPair(), folder=folder, options=SessionOptions(adapt=adapt))


def nothing() -> bool:
    """Say that there is nothing else to do."""
    return False


def shown(session: Session) -> float:
    return round(float(session.read(NEAR).mean()), 2)


def test_an_unclicked_patch_is_proposed_from_clicks_elsewhere_and_shows_nothing_of_it() -> None:
    session = opened()
    assert session.proposal(*ELSEWHERE) is None, "nothing was clicked"
    session.click(x=1000, y=1000, label=1)
    proposed = session.proposal(*ELSEWHERE)
    assert proposed is not None
    assert proposed.slide_box.contains(*ELSEWHERE)
    assert proposed.probability.max() == pytest.approx(0.8, abs=0.01)
    assert shown(session) == 0
    assert len(session.events) == 1
    assert session.proposal(1000, 1000) is None, "that patch was clicked"
    assert session.proposal(*ELSEWHERE, class_="stroma") is None


def test_what_a_proposal_waits_for_is_done_ahead_one_answer_at_a_time() -> None:
    session = opened()
    assert list(session.proposing(*ELSEWHERE, wanted=nothing)) == []
    session.click(x=1000, y=1000, label=1)
    asked = len(session.predictors.low.asked)
    steps = session.proposing(*ELSEWHERE, wanted=nothing)
    next(steps)
    assert len(session.predictors.low.asked) == asked, "the first is what the network saw at the click"
    next(steps)
    assert len(session.predictors.low.asked) == asked + 1
    assert list(steps) == []
    assert session.proposal(*ELSEWHERE) is not None
    session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    assert len(session.predictors.low.asked) == asked + 1, "what was proposed is not predicted again"


def test_a_network_that_was_stopped_for_something_else_is_asked_again_after_the_pause() -> None:
    session = opened()
    session.click(x=1000, y=1000, label=1)
    others = [True, True]
    steps = session.proposing(*ELSEWHERE, wanted=lambda: bool(others))
    next(steps)  # what the network saw at the click
    asked = len(session.predictors.low.asked)
    next(steps)
    assert len(session.predictors.low.asked) == asked, "it was stopped"
    session.click(x=2000, y=1000, label=1)
    others.clear()
    next(steps)
    assert len(session.predictors.low.asked) == asked + 2
    assert list(steps) == []


def test_without_memory_nothing_is_proposed() -> None:
    session = opened(adapt="head")
    session.click(x=1000, y=1000, label=1)
    assert session.proposal(*ELSEWHERE) is None
    with pytest.raises(SessionError, match="Nothing is proposed there"):
        session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])


def test_what_is_accepted_is_the_mask_until_it_is_undone_or_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "proposing.zoomiseg"
    with opened(folder) as session:
        session.click(x=1000, y=1000, label=1)
        before = whole(session)
        change = session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1], op_id="taken")
        assert any(box.contains(*ELSEWHERE) for box in change.changed)
        assert shown(session) == 0.8
        accepted = whole(session)
        session.undo()
        assert whole(session) == before
        session.redo()
        assert whole(session) == accepted
        session.click(x=2000, y=1000, label=1)
        assert shown(session) == 0.8, "later clicks elsewhere leave it alone"
        session.delete("taken")
        assert shown(session) == 0
        session.undo()
    with opened(folder) as reopened:
        assert shown(reopened) == 0.8
        assert reopened.events[1].kind == "accept"


def test_an_accepted_patch_can_be_clicked_and_is_not_proposed_again() -> None:
    session = opened()
    session.click(x=1000, y=1000, label=1)
    session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    with pytest.raises(SessionError, match="Nothing is proposed there"):
        session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    session.click(x=ELSEWHERE[0], y=ELSEWHERE[1], label=1)
    assert shown(session) == 0.9


def test_a_click_that_an_accepted_proposal_was_made_from_stays_until_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "proposing.zoomiseg"
    with opened(folder) as session:
        session.click(x=1000, y=1000, label=1, op_id="first")
        session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1], op_id="taken")
        session.click(x=2000, y=1000, label=1, op_id="second")
        before, shown_before = session.events, whole(session)
        with pytest.raises(SessionError, match="An accepted proposal was made from what is to be deleted"):
            session.delete("first")
        assert (session.events, whole(session)) == (before, shown_before)
        session.click(x=3000, y=1000, label=-1)
        assert [event.kind for event in session.events] == ["click", "accept", "click", "click"]
        for _ in range(4):
            session.undo()
        assert session.events == ()
        for _ in range(4):
            session.redo()
        session.delete("taken")
        session.delete("first")
        left = [event.op_id for event in session.events][:1], whole(session)
    with opened(folder) as reopened:
        assert ([event.op_id for event in reopened.events][:1], whole(reopened)) == left
        assert left[0] == ["second"]


def test_a_click_may_be_deleted_where_others_still_propose_what_was_accepted() -> None:
    session = opened()
    session.click(x=1000, y=1000, label=1, op_id="first")
    session.click(x=2000, y=1000, label=1)
    session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    session.delete("first")
    assert shown(session) == 0.8


def test_what_lies_in_a_lock_or_off_the_slide_is_not_accepted() -> None:
    session = opened()
    session.click(x=1000, y=1000, label=1)
    session.lock(Box(14_000, 11_000, 2000, 2000))
    with pytest.raises(SessionError, match="locked region"):
        session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    with pytest.raises(ClickOutside):
        session.accept(x=-1, y=0)
    assert len(session.events) == 2
