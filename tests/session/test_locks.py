from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Change, Session

EVERYTHING = Box(0, 0, 5000, 4200)
LOCKED = Box(1400, 1400, 800, 600)
CLASSES = ("tumour", "necrosis")


@pytest.fixture
def session(session: Session) -> Session:
    """Both scales, two classes, a stroke across the border of what is then locked."""
    session.click(x=1500, y=1500, label=1, op_id="low")
    session.click(x=2000, y=1900, label=1, scale="high", op_id="high")
    session.click(x=2100, y=1700, label=1, class_="necrosis")
    session.stroke([(1300, 1800), (1600, 1800)], width_um=60, mode="erase", op_id="stroke")
    session.lock(LOCKED, op_id="lock")
    return session


def inside(session: Session) -> list[np.ndarray]:
    return [session.read(LOCKED, class_=each) for each in CLASSES]


def equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def work_around(session: Session) -> None:
    session.click(x=1350, y=1450, label=-1)
    session.click(x=2250, y=1900, label=-1, scale="high")
    session.click(x=1350, y=1500, label=1, class_="necrosis")
    session.click(x=1380, y=1800, label=1)
    session.stroke([(1000, 1450), (3000, 1450)], width_um=90, mode="erase")
    session.polygon([[(1000, 1500), (3000, 1500), (3000, 1700)]], class_="stroma")
    session.settle(Box(1300, 1300, 600, 600))


def test_locking_changes_nothing_and_work_around_it_changes_nothing_inside(session: Session) -> None:
    before, around = inside(session), session.read(EVERYTHING)
    work_around(session)
    assert equal(inside(session), before)
    assert not session.mask(LOCKED, class_="stroma").any()
    assert not np.array_equal(session.read(EVERYTHING), around)
    low = session.read(LOCKED, mpp=2.0)
    high = session.read(Box(1400, 1400, 800, 600)).reshape(150, 4, 200, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(low[2:-2, 2:-2], high[2:-2, 2:-2], atol=0.26)
    assert session.locked == (LOCKED,)


def test_unlocking_changes_nothing_until_an_edit_is_made_there(session: Session) -> None:
    before = inside(session)
    work_around(session)
    assert session.unlock("lock") == Change(session.revision, ())
    assert session.locked == ()
    assert equal(inside(session), before)
    session.click(x=1350, y=1350, label=1, scale="high")
    session.click(x=1500, y=1500, label=-1, scale="high")
    assert not session.mask(Box(1495, 1495, 10, 10)).any()
    session.undo()
    session.undo()
    assert equal(inside(session), before)
    session.stroke([(1500, 1500)], width_um=20, mode="erase")
    assert not session.read(Box(1495, 1495, 10, 10)).any()


def test_a_click_or_drawing_inside_is_refused_in_one_sentence(session: Session) -> None:
    revision = session.revision
    for scale in ("low", "high"):
        for class_ in CLASSES:
            with pytest.raises(
                SessionError, match=r"The click at \(1500, 1500\) lies in a locked region\. Unl"
            ):
                session.click(x=1500, y=1500, label=1, scale=scale, class_=class_)
    with pytest.raises(SessionError, match=r"The stroke lies in a locked region\. Unlock the region first"):
        session.stroke([(1500, 1500), (1600, 1600)], width_um=20)
    with pytest.raises(SessionError, match="The polygon lies in a locked region"):
        session.polygon([[(1500, 1500), (1600, 1600), (1500, 1600)]], class_="stroma")
    assert session.revision == revision
    session.unlock("lock")
    session.click(x=1500, y=1500, label=-1)


def test_what_made_a_locked_region_cannot_be_deleted(session: Session) -> None:
    before = inside(session)
    work_around(session)
    names = {event.op_id for event in session.events}
    for op_id in ("low", "high", "stroke"):
        with pytest.raises(SessionError, match=r"made a part of a locked region\. Unlock the region first"):
            session.delete(op_id)
    assert {event.op_id for event in session.events} == names
    assert equal(inside(session), before)
    for event in [each for each in session.events if each.n > 5 and each.kind in ("click", "stroke")]:
        session.delete(event.op_id)
        assert equal(inside(session), before)
    session.unlock("lock")
    session.delete("stroke")
    assert not equal(inside(session), before)


def test_undoing_the_lock_allows_everything_again(session: Session) -> None:
    session.undo()
    assert session.locked == ()
    session.click(x=1500, y=1500, label=-1)
    session.undo()
    session.lock(Box(0, 0, 100, 100))
    with pytest.raises(SessionError, match="There is nothing to redo"):
        session.redo()


def test_overlapping_locks_each_keep_what_they_showed(session: Session) -> None:
    before = inside(session)
    work_around(session)
    whole = session.read(EVERYTHING)
    second = Box(1800, 1200, 1200, 900)
    session.lock(second, op_id="second")
    session.unlock("lock")
    session.click(x=1500, y=1500, label=-1)
    session.click(x=1500, y=1600, label=1, scale="high")
    assert np.array_equal(session.read(second), whole[second.slices_in(EVERYTHING)])
    common = Box(1800, 1400, 400, 600)
    assert np.array_equal(session.read(common), before[0][common.slices_in(LOCKED)])
    session.unlock("second")
    assert np.array_equal(session.read(second), whole[second.slices_in(EVERYTHING)])


def test_locking_one_place_again_and_again_stays_quick(session: Session) -> None:
    before = session.read(Box(1480, 1400, 720, 600))
    session.unlock("lock")
    for number in range(20):
        session.lock(Box(1400 + 4 * number, 1400, 800, 600), op_id=f"lock {number}")
        session.click(x=1200 + number, y=1200, label=1)
        session.unlock(f"lock {number}")
    calls = []
    canvas = session._shown.composer._canvas
    real = canvas._viewed
    canvas._viewed = lambda *given: calls.append(1) or real(*given)
    assert np.array_equal(session.read(Box(1480, 1400, 720, 600)), before)
    assert len(calls) <= 4 * 22, "it grows with the locks, not with what lies on what"


def test_a_box_without_a_pixel_on_the_slide_and_an_unknown_lock_are_refused(session: Session) -> None:
    with pytest.raises(SessionError, match=r"The box to lock \(-50, 0, 50 x 50\) has no pixel on the slide"):
        session.lock(Box(-50, 0, 50, 50))
    with pytest.raises(SessionError, match="No locked region of this session has the id 'low'"):
        session.unlock("low")


def test_a_locked_empty_region_stays_empty_and_names_no_class() -> None:
    from .stubs import StubPredictors, StubSlide

    session = Session(StubSlide(), predictors=StubPredictors())
    session.lock(LOCKED)
    assert session.classes == ()
    session.click(x=1350, y=1450, label=1)
    assert session.read(Box(1300, 1400, 90, 200)).any()
    assert not session.read(LOCKED).any()
    assert session.read(Box(1380, 1440, 80, 8), mpp=2.0)[:, :4].any()
    assert not session.read(Box(1404, 1440, 80, 8), mpp=2.0).any()
