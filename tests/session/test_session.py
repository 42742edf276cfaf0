from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest

import zoomiseg.predict
from zoomiseg.errors import (
    ClickError,
    ClickOutside,
    OutputError,
    RevisionConflict,
    SessionError,
    ZoomisegError,
)
from zoomiseg.geometry import Box, Click
from zoomiseg.session import Change, ClickMade, Session, SessionOptions, _database

from .stubs import StubPredictors, StubSlide, whole

EVERYTHING = Box(0, 0, 5000, 4200)


def test_a_click_answers_with_its_revision_and_where_the_mask_changed(session: Session) -> None:
    change = session.click(x=1500, y=1500, label=+1)
    assert change == Change(1, (Box(0, 0, 4104, 4104),))
    assert session.click(x=4500, y=3900, label=1, scale="high").changed == (Box(3976, 3176, 1024, 1024),)
    assert session.mask(Box(1500, 1500, 1, 1)).all()
    assert session.clicks() == (Click(1500, 1500, 1), Click(4500, 3900, 1))
    assert session.clicks("high") == (Click(4500, 3900, 1),)
    assert session.clicks("low") == (Click(1500, 1500, 1),)


def test_zoom_opens_a_patch_and_changes_no_mask_before_its_first_click(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    before = whole(session)
    assert session.zoom(x=1600, y=1600) == Change(2, ())
    assert whole(session) == before
    view = session.high_patches[0]
    assert (view.number, view.predicted, view.settled, view.clicks) == (1, False, False, ())
    assert view.slide_box == Box(1088, 1088, 1024, 1024)
    session.click(x=1200, y=1600, label=-1, scale="high")
    assert [view.predicted for view in session.high_patches] == [True]


def test_a_high_click_far_from_any_patch_opens_one_centred_on_it(session: Session) -> None:
    session.click(x=2000, y=2000, label=1, scale="high")
    session.click(x=2440, y=2000, label=1, scale="high")
    session.click(x=2460, y=2000, label=1, scale="high")
    assert [view.frame.box for view in session.high_patches] == [
        Box(1488, 1488, 1024, 1024),
        Box(1948, 1488, 1024, 1024),
    ]
    assert [len(view.clicks) for view in session.high_patches] == [2, 1]


def test_a_click_that_a_newer_patch_would_hide_opens_another(session: Session) -> None:
    session.click(x=2000, y=2000, label=1, scale="high")
    session.click(x=2500, y=2000, label=1, scale="high")
    session.click(x=2010, y=2010, label=-1, scale="high")
    assert len(session.high_patches) == 3
    assert not session.mask(Box(2010, 2010, 1, 1)).any()


def test_an_undo_brings_back_the_bytes_and_says_what_changed(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    before = whole(session)
    change = session.click(x=1600, y=1600, label=-1, scale="high")
    after = whole(session)
    assert session.undo() == Change(3, change.changed)
    assert whole(session) == before
    assert session.high_patches == ()
    assert session.redo() == Change(4, change.changed)
    assert whole(session) == after


@pytest.mark.parametrize(("x", "y"), [(-0.5, 10), (10, -1), (5000, 10), (10, 4200)])
def test_a_point_outside_the_slide_is_refused_with_both_sizes(session: Session, x: float, y: float) -> None:
    sentence = rf"at \({x:g}, {y:g}\) lies outside the slide of 5000 x 4200 pixels"
    with pytest.raises(ClickOutside, match="The click " + sentence):
        session.click(x=x, y=y, label=1)
    with pytest.raises(ClickOutside, match="The zoom " + sentence):
        session.zoom(x=x, y=y)
    assert session.revision == 0


def test_clicks_without_sense_are_refused(session: Session) -> None:
    with pytest.raises(ClickError, match="label"):
        session.click(x=1, y=1, label=0)
    with pytest.raises(ClickError, match="finite"):
        session.click(x=float("nan"), y=1, label=1)
    with pytest.raises(ClickError, match="scale is 'low' or 'high', got 'middle'"):
        session.click(x=1, y=1, label=1, scale="middle")
    with pytest.raises(SessionError, match="A class needs a name"):
        session.click(x=1, y=1, label=1, class_="")
    with pytest.raises(SessionError, match="has 0 high patches, but number 1"):
        session.high_probability(1)


def test_the_same_id_again_is_the_same_operation(open_session) -> None:
    session = open_session()
    first = session.click(x=1500, y=1500, label=1, op_id="a")
    undone = session.undo(op_id="b")
    redone = session.redo(op_id="c")
    for each in (session, open_session()):
        assert each.click(x=1500, y=1500, label=1, op_id="a", revision=0) == first
        assert each.undo(op_id="b") == undone
        assert each.redo(op_id="c") == redone
        assert each.revision == 3


def test_an_id_of_another_operation_is_refused(session: Session) -> None:
    session.click(x=1500, y=1500, label=1, op_id="a")
    with pytest.raises(SessionError, match="'a' was used before, for another click"):
        session.click(x=1501, y=1500, label=1, op_id="a")
    with pytest.raises(SessionError, match="'a' was used before"):
        session.click(x=1500, y=1500, label=1, op_id="a", class_="stroma")
    with pytest.raises(SessionError, match=r"'a' was used before, for another operation \(click\)"):
        session.undo(op_id="a")
    with pytest.raises(SessionError, match=r"'a' was used before, for another operation \(click\)"):
        session.zoom(x=1500, y=1500, op_id="a")


def test_an_operation_on_a_stale_revision_is_refused(session: Session) -> None:
    session.click(x=1500, y=1500, label=1, revision=0)
    for act in (
        lambda: session.click(x=1600, y=1500, label=1, revision=0),
        lambda: session.undo(revision=0),
        lambda: session.redo(revision=7),
    ):
        with pytest.raises(
            RevisionConflict, match="The session is at revision 1, but the operation was made on"
        ):
            act()
    assert session.revision == 1


def test_the_loser_of_a_race_is_told_and_sees_the_winners_state(open_session) -> None:
    mine, theirs = open_session(), open_session()
    theirs.click(x=1500, y=1500, label=1, op_id="theirs")
    with pytest.raises(RevisionConflict, match=r"changed by somebody else after revision 0.*repeat it"):
        mine.click(x=1600, y=1600, label=1, op_id="mine")
    assert [event.op_id for event in mine.events] == ["theirs"]
    assert whole(mine) == whole(theirs)
    assert mine.click(x=1600, y=1600, label=1, op_id="mine").revision == 2


def test_the_same_operation_through_two_processes_is_one(open_session) -> None:
    mine, theirs = open_session(), open_session()
    first = theirs.click(x=1500, y=1500, label=1, op_id="same")
    assert mine.click(x=1500, y=1500, label=1, op_id="same") == first
    assert mine.revision == 1


def test_a_client_that_saw_another_process_event_is_up_to_date(open_session) -> None:
    mine, theirs = open_session(), open_session()
    theirs.click(x=1500, y=1500, label=1)
    assert mine.click(x=1600, y=1600, label=1, revision=1).revision == 2


def test_a_full_disk_changes_nothing_and_work_goes_on_when_there_is_room(open_session, monkeypatch) -> None:
    session = open_session()
    session.click(x=1500, y=1500, label=1)
    before = whole(session)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(_database, "insert", fail)
        for act in (
            lambda: session.click(x=1, y=1, label=1),
            session.undo,
            lambda: session.settle(EVERYTHING),
        ):
            with pytest.raises(OutputError, match=r"database or disk is full.*all earlier ones are intact"):
                act()
    assert whole(session) == before
    assert session.revision == 1
    assert session.click(x=1, y=1, label=1).revision == 2
    session.close()
    assert len(open_session().events) == 2


def test_a_cache_that_cannot_be_written_fails_no_click(open_session, folder) -> None:
    session = open_session()
    (folder / "cache").write_text("in the way")
    session.click(x=1500, y=1500, label=1)
    assert "cache of predictions cannot be written" in session.notices[0]
    assert session.mask(Box(1500, 1500, 1, 1)).all()


def test_an_interruption_right_after_the_commit_loses_nothing(open_session, monkeypatch) -> None:
    session = open_session()
    real = session._log.append

    def interrupted(event: object) -> None:
        real(event)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(session._log, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.click(x=1500, y=1500, label=1, op_id="a")
    with pytest.raises(RevisionConflict):
        session.click(x=1600, y=1500, label=1, op_id="b")
    assert [event.op_id for event in session.events] == ["a"]
    assert session.click(x=1600, y=1500, label=1, op_id="b").revision == 2


def test_a_closed_session_saves_nothing_more_and_says_so(open_session) -> None:
    session = open_session()
    session.close()
    session.close()
    with pytest.raises(OutputError, match="could not be saved"):
        session.click(x=1500, y=1500, label=1)


def test_events_say_who_did_what_when_on_which_revision() -> None:
    session = Session(StubSlide(), predictors=StubPredictors(), author="ada")
    session.click(x=1, y=2, label=-1, class_="stroma")
    session.click(x=3, y=4, label=1)
    session.undo()
    undo = session._log.rows[-1]
    assert (undo.class_, undo.revision) == ("tumour", 2)
    event = session.events[0]
    assert (event.n, event.author, event.class_, event.revision) == (1, "ada", "stroma", 0)
    assert event.payload == ClickMade(1.0, 2.0, -1, "low")
    assert event.time.endswith("+00:00")
    assert len(event.op_id) == 32


def test_events_of_a_later_version_are_refused_and_nothing_is_touched(open_session, folder) -> None:
    session = open_session()
    session.click(x=1, y=2, label=-1)
    from dataclasses import replace

    from zoomiseg.session._events import chained

    row = session._log.rows[0]
    head = (*row.values[:2], "dance", *row.values[3:-1])
    forged = replace(row, kind="dance", checksum=chained(session._log.header.partition(" ")[0], head))
    session.close()
    _database.write_anew(folder / "events.sqlite", session._log.header, [forged.values])
    session._log._mirror.rewrite(session._log.header, [forged.values])
    content = (folder / "events.sqlite").read_bytes()
    with pytest.raises(SessionError, match="of a kind that this version does not know: 'dance'"):
        open_session()
    assert _database.read(folder / "events.sqlite").rows == [forged]
    assert len((folder / "events.sqlite").read_bytes()) == len(content)


def test_weights_are_loaded_by_name_where_no_networks_are_given(monkeypatch, tmp_path) -> None:
    asked = []

    def load(weights: object, *, engine: str, allow_path: bool) -> StubPredictors:
        asked.append((weights, engine, allow_path))
        return StubPredictors()

    monkeypatch.setattr(zoomiseg.predict, "load_predictors", load, raising=False)
    Session(StubSlide())
    Session(StubSlide(), tmp_path, engine="torch")
    assert asked == [("compact", "openvino", False), (tmp_path, "torch", True)]


def test_threads_take_turns(session: Session) -> None:
    def work(number: int) -> None:
        for step in range(5):
            session.click(x=500 + 10 * step, y=500 + 10 * number, label=1)
            session.read(Box(400, 400, 300, 300))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.n for event in session.events] == list(range(1, 21))


def test_a_session_is_a_context_that_closes_itself(folder) -> None:
    with Session(StubSlide(), folder=folder, predictors=StubPredictors()) as session:
        session.click(x=1, y=1, label=1)
    with pytest.raises(ZoomisegError):
        session.click(x=1, y=1, label=1)
    assert np.array_equal(session.read(Box(0, 0, 9, 9)), session.read(EVERYTHING)[:9, :9])


def test_evaluation_opens_patches_that_do_not_overlap_and_takes_clicks_to_their_border() -> None:
    options = SessionOptions(low_stride=1024, seam="hard", high_margin_px=0)
    session = Session(StubSlide(9000, 4200), predictors=StubPredictors(), options=options)
    assert [frame.box.x for frame in session.low_patches()[:3]] == [0, 1024, 2048]
    session.zoom(x=4000, y=2000)
    session.click(x=3488, y=1488, label=1, scale="high")
    assert len(session.high_patches) == 1
