"""Reads while a click is being predicted, and the order of those who write."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from zoomiseg.errors import OutputError, SlideError
from zoomiseg.geometry import Box, Click
from zoomiseg.predict import FloatArray, Patch
from zoomiseg.session import Session

from .stubs import StubPredictor, StubPredictors, StubSlide

HERE = Box(1400, 1400, 300, 300)
SECONDS = 20.0


class HeldPredictor(StubPredictor):
    """Says when it was asked, and answers once it is let go."""

    def __init__(self, identity: str) -> None:
        super().__init__(identity)
        self.asked = threading.Semaphore(0)
        self.held = False
        self.let_go = threading.Semaphore(0)

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        if self.held:
            self.asked.release()
            assert self.let_go.acquire(timeout=SECONDS)
        return super().predict(patch, clicks, mask_input=mask_input)


@pytest.fixture
def low() -> HeldPredictor:
    return HeldPredictor("low-1")


@pytest.fixture
def session(folder, low: HeldPredictor) -> Iterator[Session]:
    """A session of one click, whose next low prediction waits."""
    with Session(StubSlide(), folder=folder, predictors=StubPredictors(low=low)) as opened:
        opened.click(x=1500, y=1500, label=1, op_id="first")
        low.held = True
        yield opened


def in_thread(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def joined(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_reads_during_a_prediction_show_the_last_finished_state(session: Session, low: HeldPredictor) -> None:
    before, probability = session.read(HERE), session.low_probability(session.low_patches()[0])
    clicking = in_thread(lambda: session.click(x=1550, y=1550, label=-1, op_id="second"))
    assert low.asked.acquire(timeout=SECONDS)
    # Each of these would hang here, were it to wait for the prediction.
    assert np.array_equal(session.read(HERE), before)
    assert np.array_equal(session.mask(HERE, mpp=2.0), session.read(HERE, mpp=2.0) >= 0.5)
    assert np.array_equal(session.low_probability(session.low_patches()[0]), probability)
    assert [event.op_id for event in session.events] == ["first"]
    assert (session.revision, session.undoable, session.redoable) == (1, True, False)
    assert (session.classes, session.settled, session.high_patches) == (("tumour",), (), ())
    assert len(session.touched()) == 1
    assert clicking.is_alive()
    low.let_go.release()
    joined(clicking)
    assert session.revision == 2
    assert not np.array_equal(session.read(HERE), before)


def test_an_event_is_shown_only_once_it_is_on_disk(session: Session, low: HeldPredictor, monkeypatch) -> None:
    low.held = False
    append, seen = session._log.append, []

    def watched(event: object) -> None:
        seen.append((session.revision, len(session.events)))
        append(event)
        seen.append((session.revision, len(session.events)))

    monkeypatch.setattr(session._log, "append", watched)
    session.click(x=1550, y=1550, label=-1)
    assert seen == [(1, 1), (1, 1)]
    assert (session.revision, len(session.events)) == (2, 2)


def test_writers_take_turns_in_the_order_of_the_log(session: Session, low: HeldPredictor) -> None:
    revisions: dict[str, int] = {}

    def click(op_id: str) -> None:
        revisions[op_id] = session.click(x=1550, y=1550, label=-1, op_id=op_id).revision

    first = in_thread(lambda: click("a"))
    assert low.asked.acquire(timeout=SECONDS)
    second = in_thread(lambda: click("b"))
    undo = in_thread(lambda: revisions.update(undo=session.undo(op_id="undo").revision))
    assert not low.asked.acquire(timeout=0.1), "the second is predicted on the outcome of the first"
    for _ in range(2):
        low.let_go.release()
    joined(first, second, undo)
    assert revisions["a"] == 2
    assert sorted(revisions.values()) == [2, 3, 4]
    assert [row.op_id for row in session._log.rows] == ["first", *sorted(revisions, key=revisions.get)]
    assert low.calls[-1][1][:2] == low.calls[-2][1][:2]


def test_closing_waits_for_the_click_that_is_being_predicted(session: Session, low: HeldPredictor) -> None:
    clicking = in_thread(lambda: session.click(x=1550, y=1550, label=-1, op_id="second"))
    assert low.asked.acquire(timeout=SECONDS)
    closing = in_thread(session.close)
    closing.join(0.1)
    assert closing.is_alive()
    low.let_go.release()
    joined(clicking, closing)
    assert [event.op_id for event in session.events] == ["first", "second"]
    with pytest.raises(OutputError):
        session.undo()


def test_what_cannot_be_predicted_was_never_seen(session: Session, low: HeldPredictor) -> None:
    before = session.read(HERE)
    session.slide.lost = True
    failures: list[BaseException] = []

    def click() -> None:
        try:
            session.click(x=4900, y=4100, label=1)
        except SlideError as error:
            failures.append(error)

    joined(in_thread(click))
    assert [str(each) for each in failures] == ["The drive is gone."]
    assert np.array_equal(session.read(HERE), before)
    assert (session.revision, session.classes) == (1, ("tumour",))


def test_a_read_that_has_to_predict_holds_up_no_other_read(folder, low: HeldPredictor) -> None:
    with Session(StubSlide(), folder=folder, predictors=StubPredictors()) as first:
        first.click(x=1500, y=1500, label=1)
        first.click(x=1500, y=1500, label=1, scale="high", class_="necrosis")
        shown = first.read(HERE), first.read(HERE, class_="necrosis")
    (layer,) = [
        patch.layer.id for patch in first._state.low.patches.values()
    ]  # lost, as by a cleaner of the cache
    shutil.rmtree(folder / "cache" / layer)
    low.held = True
    with Session(StubSlide(), folder=folder, predictors=StubPredictors(low=low)) as session:
        missing: list[FloatArray] = []
        reading = in_thread(lambda: missing.append(session.read(HERE)))
        assert low.asked.acquire(timeout=SECONDS)
        assert session.high_probability(1).any()
        assert session.revision == 2
        low.let_go.release()
        joined(reading)
        assert np.array_equal(missing[0], shown[0])
        assert np.array_equal(session.read(HERE, class_="necrosis"), shown[1])
