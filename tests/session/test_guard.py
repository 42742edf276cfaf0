"""A guarded session shows what its clicks speak for, as a function of the events in force."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from zoomiseg.adapt import Remembered
from zoomiseg.geometry import Box, Click
from zoomiseg.predict import FloatArray, Patch
from zoomiseg.session import Session, SessionOptions

from .stubs import StubSlide

ADAPTED, PLAIN = 0.2, 0.8
GUARDED = SessionOptions(adapt="guard")
PLACE = Box(1000, 1000, 8, 8)


@dataclass
class TwoAnswers:
    """Says 0.2 everywhere where it is adapted, 0.8 where it is not."""

    identity: str
    asked: list[float] = field(default_factory=list)

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        return self._all(patch, ADAPTED)

    def plain(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        return self._all(patch, PLAIN)

    def remembered(self, patch: Patch, clicks: Sequence[Click]) -> Remembered:
        raise AssertionError("nothing is remembered here")

    def warm_up(self) -> None:
        pass

    def _all(self, patch: Patch, value: float) -> FloatArray:
        self.asked.append(value)
        return np.full(patch.image.shape[:2], value, np.float32)


@dataclass
class TwoAnswersPair:
    name: str = "two"
    engine: str = "numpy"
    weights_sha256: str = "6" * 64
    low: TwoAnswers = field(default_factory=lambda: TwoAnswers("low"))
    high: TwoAnswers = field(default_factory=lambda: TwoAnswers("high"))


def opened(folder: Path | None = None, options: SessionOptions = GUARDED) -> Session:
    return Session(StubSlide(), predictors=TwoAnswersPair(), folder=folder, options=options)


def whole(session: Session) -> bytes:
    return session.read(Box(0, 0, session.slide.width, session.slide.height), mpp=2.0).tobytes()


def clicked(session: Session, label: int, scale: str, *, count: int) -> list[float]:
    """Click one patch several times, and return what it showed after each click."""
    shown = []
    for _ in range(count):
        x = 1100 + 16 * len(session.events)
        session.click(x=x, y=1100, label=label, scale=scale)
        shown.append(round(float(session.read(PLACE).mean()), 2))
    return shown


@pytest.mark.parametrize("scale", ["low", "high"])
def test_adaptation_goes_where_the_network_knew_better_and_comes_back(scale: str) -> None:
    session = opened()
    assert clicked(session, 1, scale, count=5) == [ADAPTED] * 4 + [PLAIN]
    assert clicked(session, -1, scale, count=5) == [PLAIN] * 3 + [ADAPTED] * 2


def test_without_a_guard_the_clicks_change_nothing() -> None:
    assert clicked(opened(options=SessionOptions(adapt="head")), 1, "low", count=6) == [ADAPTED] * 6


def test_scales_and_classes_are_told_apart() -> None:
    session = opened()
    clicked(session, 1, "low", count=5)
    session.click(x=1100, y=1900, label=1, scale="high")
    assert session.read(Box(1100, 1900, 4, 4)).mean() == pytest.approx(ADAPTED, abs=0.01)
    session.click(x=1100, y=1100, label=1, class_="stroma")
    assert session.read(PLACE, class_="stroma").mean() == pytest.approx(ADAPTED, abs=0.01)


def test_what_one_patch_tells_holds_in_the_next() -> None:
    session = opened()
    clicked(session, 1, "low", count=5)
    session.click(x=4500, y=3500, label=1)
    assert session.read(Box(4700, 3700, 8, 8)).mean() == pytest.approx(PLAIN, abs=0.01)


def test_undo_redo_delete_and_reopening_without_a_cache_are_exact(tmp_path: Path) -> None:
    folder = tmp_path / "guarded.zoomiseg"
    masks = []
    with opened(folder) as session:
        for _ in range(7):
            clicked(session, 1, "low", count=1)
            masks.append(whole(session))
        assert len(set(masks)) == 2
        for mask in reversed(masks[:-1]):
            session.undo()
            assert whole(session) == mask
        for mask in masks[1:]:
            session.redo()
            assert whole(session) == mask
        for event in session.events[1:4]:
            session.delete(event.op_id)
        assert whole(session) == masks[3]
    shutil.rmtree(folder / "cache")
    with opened(folder) as reopened:
        assert whole(reopened) == masks[3]
        assert clicked(reopened, 1, "low", count=1) == [PLAIN]


def test_a_click_asks_each_network_once() -> None:
    session = opened()
    clicked(session, 1, "low", count=30)
    asked = session.predictors.low.asked
    assert len(asked) == 2 * 30 - 1


def test_a_settled_region_stays_whatever_is_learnt() -> None:
    session = opened()
    clicked(session, 1, "low", count=4)
    session.settle(Box(900, 900, 400, 400))
    before = session.read(Box(900, 900, 400, 400))
    assert clicked(session, 1, "low", count=1) == [ADAPTED]
    assert session.read(Box(2000, 900, 8, 8)).mean() == pytest.approx(PLAIN, abs=0.01)
    assert np.array_equal(session.read(Box(900, 900, 400, 400)), before)
