"""What was settled at the high scale is shown to the low network of a session that learns with `head`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from zoomiseg.adapt import Remembered
from zoomiseg.geometry import Box, Click
from zoomiseg.predict import FloatArray, Patch
from zoomiseg.session import Session, SessionOptions

from .stubs import StubSlide
from .test_guard import TwoAnswers, TwoAnswersPair, whole


@dataclass
class Shown(TwoAnswers):
    """Keeps what it was shown as settled, and says so: target in its left half."""

    settled: list[FloatArray | None] = field(default_factory=list)

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        self.settled.append(settled)
        answer = self._all(patch, 0.2 if settled is None else 0.3)
        answer[:, :512] = 0.9
        return answer


@dataclass
class ShownPair(TwoAnswersPair):
    low: Shown = field(default_factory=lambda: Shown("low"))
    high: Shown = field(default_factory=lambda: Shown("high"))


def opened(adapt: str) -> Session:
    return Session(StubSlide(), predictors=ShownPair(), options=SessionOptions(adapt=adapt))


def settled_high_patch(session: Session) -> Box:
    """Click a high patch, settle it, and return its box in high pixels."""
    session.click(x=2000, y=2000, label=1, scale="high")
    patch = session.high_patches[0]
    session.settle(patch.slide_box, op_id="done")
    return patch.frame.box


def test_a_low_click_is_shown_what_was_settled_in_its_patch() -> None:
    session = opened("head")
    box = settled_high_patch(session)
    session.click(x=1000, y=1000, label=1)
    (labels,) = session.predictors.low.settled
    assert labels is not None
    left, top = box.x // 4, box.y // 4
    inside = labels[top : top + 256, left : left + 256]
    assert np.array_equal(inside, np.repeat([[1.0] * 128 + [-1.0] * 128], 256, axis=0))
    assert np.abs(labels).sum() == 256 * 256
    assert session.predictors.high.settled == [None]


def test_what_was_not_settled_or_is_not_learnt_from_is_not_shown() -> None:
    for adapt in ("head", "memory"):
        session = opened(adapt)
        settled_high_patch(session)
        if adapt == "head":
            session.unsettle("done")
        session.click(x=1000, y=1000, label=1)
        assert session.predictors.low.settled == [None]


def test_undo_brings_back_the_answer_from_before_it_was_settled() -> None:
    session = opened("head+guard")
    session.click(x=1000, y=1000, label=1)
    before = whole(session)
    settled_high_patch(session)
    session.click(x=1100, y=1000, label=1)
    after = whole(session)
    assert after != before
    for _ in range(3):
        session.undo()
    assert whole(session) == before
    for _ in range(3):
        session.redo()
    assert whole(session) == after
