"""Learning from the slide is switched by events: exact in undo, redo, deletion, replay and reopening."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zoomiseg.errors import SessionError
from zoomiseg.session import LearningSwitched, Session, SessionOptions

from .stubs import StubSlide
from .test_guard import ADAPTED, PLACE, PLAIN, TwoAnswersPair, clicked, whole
from .test_proposals import ELSEWHERE
from .test_proposals import opened as remembering


def opened(folder: Path | None = None, *, adapt: str = "head") -> Session:
    options = SessionOptions(adapt=adapt)
    return Session(StubSlide(), predictors=TwoAnswersPair(), folder=folder, options=options)


@pytest.mark.parametrize("adapt", ["head", "guard"])
@pytest.mark.parametrize("scale", ["low", "high"])
def test_the_network_itself_answers_while_it_is_off_and_what_is_shown_stays(scale: str, adapt: str) -> None:
    session = opened(adapt=adapt)
    assert session.learns
    assert clicked(session, 1, scale, count=1) == [ADAPTED]
    before = whole(session)
    change = session.learn(False)
    assert change.changed == ()
    assert not session.learns
    assert whole(session) == before
    assert clicked(session, 1, scale, count=2) == [PLAIN, PLAIN]
    session.learn(True)
    assert clicked(session, 1, scale, count=1) == [ADAPTED]


def test_undo_redo_delete_replay_and_reopening_without_a_cache_are_exact(tmp_path: Path) -> None:
    folder = tmp_path / "switched.zoomiseg"
    masks, learns = [], []
    with opened(folder, adapt="guard") as session:
        for step in range(9):
            if step in (2, 5):
                session.learn(step == 5)
            else:
                clicked(session, 1, "low", count=1)
            masks.append(whole(session))
            learns.append(session.learns)
        for mask, on in zip(reversed(masks[:-1]), reversed(learns[:-1]), strict=True):
            session.undo()
            assert (whole(session), session.learns) == (mask, on)
        for mask, on in zip(masks[1:], learns[1:], strict=True):
            session.redo()
            assert (whole(session), session.learns) == (mask, on)
        events = session.events
        first = events[0]
        session.delete(first.op_id)
        deleted = whole(session)
        session.undo()
        assert whole(session) == masks[-1]
    shutil.rmtree(folder / "cache")
    with opened(folder, adapt="guard") as reopened:
        assert whole(reopened) == masks[-1]
        assert reopened.events[2].payload == LearningSwitched(on=False)
        reopened.learn(False)
    with opened(folder, adapt="guard") as reopened:
        assert not reopened.learns
        assert clicked(reopened, 1, "low", count=1) == [PLAIN]
    replay = opened(adapt="guard")
    for event in events[1:]:
        if isinstance(event.payload, LearningSwitched):
            replay.learn(event.payload.on)
        else:
            click = event.payload.clicks[0]
            replay.click(x=click.x, y=click.y, label=click.label)
    assert whole(replay) == deleted


def test_nothing_is_proposed_while_it_is_off() -> None:
    session = remembering()
    session.click(x=1000, y=1000, label=1)
    assert session.proposal(*ELSEWHERE) is not None
    session.learn(False)
    assert session.proposal(*ELSEWHERE) is None
    with pytest.raises(SessionError, match="Nothing is proposed there"):
        session.accept(x=ELSEWHERE[0], y=ELSEWHERE[1])
    session.click(x=14_000, y=11_000, label=1)
    assert session.low_probability(session.low_patches()[-1]).max() < 0.5, "it remembers nothing"
    session.undo()
    session.undo()
    assert session.proposal(*ELSEWHERE) is not None


def test_a_switch_that_changes_nothing_is_refused_and_not_written() -> None:
    session = opened()
    with pytest.raises(SessionError, match="Learning from the slide is on already"):
        session.learn(True)
    session.learn(False, op_id="off")
    session.learn(False, op_id="off")
    with pytest.raises(SessionError, match="Learning from the slide is off already"):
        session.learn(False)
    assert session.revision == 1
    with pytest.raises(SessionError, match="does not learn from its slide"):
        opened(adapt="off").learn(False)


def test_a_session_that_learns_nothing_does_not_learn() -> None:
    session = opened(adapt="off")
    assert not session.learns
    assert clicked(session, 1, "low", count=1) == [ADAPTED]
    assert session.read(PLACE).mean() == pytest.approx(ADAPTED, abs=0.01)
