"""Sessions that learn from their slide: replay, undo and reopening stay exact with every option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from zoomiseg.errors import AdaptationError
from zoomiseg.geometry import Box
from zoomiseg.predict import Predictors, TorchPredictor, load_predictors
from zoomiseg.session import ClickMade, Session, SessionOptions
from zoomiseg.session._log import EventLog
from zoomiseg.slide import Slide, open_slide, sample_path

CLICKS = [
    (660, 212, 1, "low"),
    (3084, 1140, 1, "low"),
    (2084, 1484, -1, "low"),
    (3515, 1959, 1, "high"),
    (1000, 1500, -1, "high"),
]


@pytest.fixture(scope="module")
def predictors() -> Predictors:
    return load_predictors("compact")


@pytest.fixture(scope="module")
def slide():
    with open_slide(sample_path("bcss-1015")) as opened:
        yield opened


def whole(session: Session) -> bytes:
    return session.read(Box(0, 0, session.slide.width, session.slide.height), mpp=2.0).tobytes()


@pytest.mark.parametrize("adapt", ["head", "memory", "statistics+head+memory", "refine+guard"])
def test_undo_redo_replay_and_reopening_are_exact(
    slide: Slide, predictors: Predictors, tmp_path: Path, adapt: str
) -> None:
    options = SessionOptions(adapt=adapt)
    folder = tmp_path / "learning.zoomiseg"
    masks: list[bytes] = []
    with Session(slide, predictors=predictors, folder=folder, options=options) as session:
        # To refine takes long, and goes the same way at both scales.
        for x, y, label, scale in CLICKS[:3] if "refine" in adapt else CLICKS:
            session.click(x=x, y=y, label=label, scale=scale)
            masks.append(whole(session))
        for expected in reversed(masks[:-1]):
            session.undo()
            assert whole(session) == expected
        for expected in masks[1:]:
            session.redo()
            assert whole(session) == expected
        events = session.events
    with Session(slide, predictors=predictors, folder=folder) as reopened:
        assert reopened.options.adapt == adapt
        assert whole(reopened) == masks[-1]
    replay = Session(slide, predictors=predictors, options=options)
    for event in events:
        if isinstance(made := event.payload, ClickMade):
            replay.click(x=made.x, y=made.y, label=made.label, scale=made.scale)
    assert whole(replay) == masks[-1]


def test_while_it_is_switched_off_the_network_answers_as_if_it_had_never_learnt(
    slide: Slide, predictors: Predictors
) -> None:
    masks = []
    for adapt in ("off", "statistics+head+memory"):
        session = Session(slide, predictors=predictors, options=SessionOptions(adapt=adapt))
        if adapt != "off":
            session.learn(False)
        for x, y, label, scale in CLICKS[2:]:
            session.click(x=x, y=y, label=label, scale=scale)
        masks.append(np.frombuffer(whole(session), np.float32))
    # But for the clicked pixels, which always have the clicked class here.
    assert (masks[0] != masks[1]).mean() < 0.01


def test_a_patch_remembers_what_was_clicked_in_another(slide: Slide, predictors: Predictors) -> None:
    masks = []
    for adapt in ("off", "memory"):
        session = Session(slide, predictors=predictors, options=SessionOptions(adapt=adapt))
        masks.append([])
        for x, y in ((300, 300), (3900, 300)):
            session.click(x=x, y=y, label=1, scale="high")
            masks[-1].append(session.read(Box(x - 200, y - 200, 400, 400)))
    (first, second), (first_told, second_told) = masks
    np.testing.assert_allclose(first_told, first, atol=0.01)
    assert np.abs(second_told - second).max() > 0.01


def test_an_unknown_adaptation_is_refused(slide: Slide, predictors: Predictors) -> None:
    with pytest.raises(AdaptationError, match="There is no adaptation 'glow'"):
        Session(slide, predictors=predictors, options=SessionOptions(adapt="glow"))


def test_networks_that_cannot_learn_are_refused_and_the_log_is_closed(
    slide: Slide, predictors: Predictors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[EventLog] = []
    really_close = EventLog.close

    def close(log: EventLog) -> None:
        closed.append(log)
        really_close(log)

    monkeypatch.setattr(EventLog, "close", close)
    mute = replace(predictors, low=TorchPredictor(nn.Identity(), predictors.low_card))
    with pytest.raises(AdaptationError, match="cannot be adapted to a slide"):
        Session(slide, predictors=mute, folder=tmp_path / "mute", options=SessionOptions(adapt="head"))
    assert len(closed) == 1
