"""Random sequences of operations: replay, undo and redo, and delete, compared to the byte."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.errors import ClickOutside, SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Event, Referring, Session, SessionOptions
from zoomiseg.session._fold import DELETABLE
from zoomiseg.session._patches import HighPatch, Imported, LowPatch

from .stubs import StubPredictors, StubSlide, take_in_all

WIDTH, HEIGHT = 5200, 1400
xs, ys = st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)
signs, classes = st.sampled_from([1, -1]), st.sampled_from(["tumour", "tumour", "stroma"])

clicks = st.tuples(st.just("click"), xs, ys, signs, st.sampled_from(["low", "high"]), classes)
modes = st.sampled_from(["add", "erase"])
drawings = st.one_of(
    st.tuples(st.just("scribble"), xs, ys, st.integers(-900, 900), signs, st.sampled_from(["low", "high"])),
    st.tuples(st.just("box"), xs, ys, st.integers(20, 900), classes),
    st.tuples(st.just("stroke"), xs, ys, st.integers(-900, 900), st.floats(1, 300), modes, classes),
    st.tuples(st.just("polygon"), xs, ys, st.integers(50, 1500), modes, classes),
    st.tuples(st.just("import"), xs, ys, st.integers(50, 1500), classes),
)
operations = st.one_of(
    clicks,
    clicks,
    st.tuples(st.just("zoom"), xs, ys),
    st.tuples(st.just("settle"), xs, ys, st.integers(1, 2000), st.integers(1, 1000)),
    st.tuples(st.just("unsettle"), st.integers(0, 5)),
    drawings,
    st.tuples(st.just("lock"), xs, ys, st.integers(1, 2000), st.integers(1, 1000)),
    st.tuples(st.just("unlock"), st.integers(0, 5)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)
histories = st.lists(operations, min_size=1, max_size=10)
options = st.builds(
    SessionOptions,
    low_stride=st.sampled_from([768, 1024]),
    l2h=st.booleans(),
    carry_low_clicks=st.booleans(),
    high_margin_px=st.sampled_from([0, 64]),
)


def new_session(chosen: SessionOptions | None = None) -> Session:
    return Session(StubSlide(WIDTH, HEIGHT), predictors=StubPredictors(), options=chosen)


def perform(session: Session, operation: tuple) -> None:
    match operation:
        case ("click", x, y, label, scale, class_):
            with suppress(SessionError):  # it lies in a locked region
                session.click(x=x, y=y, label=label, scale=scale, class_=class_)
        case ("zoom", x, y):
            session.zoom(x=x, y=y)
        case ("settle", x, y, width, height):
            session.settle(Box(x, y, width, height))
        case ("lock", x, y, width, height):
            session.lock(Box(x, y, width, height))
        case ("unlock", number):
            locked = [lock.op_id for lock in session._state.locks.in_force()]
            choose(locked, number, session.unlock)
        case ("unsettle", number):
            settled = [event.op_id for event in session.events if event.kind == "settle"]
            lifted = [e.payload.op_id for e in session.events if e.kind == "unsettle"]
            choose(sorted(set(settled) - set(lifted)), number, session.unsettle)
        case ("delete", number):
            with suppress(SessionError):  # it made a part of a locked region
                choose([e.op_id for e in session.events if e.kind in DELETABLE], number, session.delete)
        case ("undo",) | ("redo",):
            with suppress(SessionError):  # there is nothing to undo or redo
                session.undo() if operation == ("undo",) else session.redo()
        case _:
            with suppress(
                SessionError, ClickOutside
            ):  # it lies in a locked region, or its middle off the slide
                draw(session, operation)


def draw(session: Session, operation: tuple) -> None:
    match operation:
        case ("scribble", x, y, reach, label, scale):
            session.scribble([(x, y), (x + reach, y + reach / 2)], label=label, scale=scale)
        case ("box", x, y, size, class_):
            session.box_prompt(Box(x, y, size, size), scale="high", class_=class_)
        case ("stroke", x, y, reach, width_um, mode, class_):
            session.stroke([(x, y), (x + reach, y + reach / 2)], width_um=width_um, mode=mode, class_=class_)
        case ("polygon", x, y, size, mode, class_):
            hole = [(x + size / 4, y + 1), (x + size / 2, y + 1), (x + size / 3, y + size / 4)]
            session.polygon([[(x, y), (x + size, y), (x, y + size)], hole], mode=mode, class_=class_)
        case ("import", x, y, size, class_):
            session.import_polygons([[[(x - 1, y - 1), (x + size, y - 1), (x - 1, y + size)]]], class_=class_)


def choose(names: list[str], number: int, act: Callable[[str], object]) -> None:
    if names:
        act(names[number % len(names)])


def played(history: list[tuple], chosen: SessionOptions | None = None) -> Session:
    session = new_session(chosen)
    for operation in history:
        perform(session, operation)
    return session


def layers(session: Session) -> list[tuple]:
    """All patches and regions with the names of their layers, which stand for their bytes."""
    state = session._state
    low = [
        (key.class_, key.row, key.column, value)
        for key in state.low.patches
        if (value := state.low.patches.get(key))
    ]
    shown: list[tuple] = [(*rest, value.layer.id) for *rest, value in low]
    for class_ in state.classes():
        for item in state.overlays.over(class_, Box(-9999, -9999, 99_999, 99_999)):
            if isinstance(item, HighPatch):
                shown.append((class_, item.box, item.layer and item.layer.id))
            else:
                shown.append((class_, item.box, tuple(named(each.content) for each in item.paintings)))
        shown += [(class_, item.start.id) for item in (state.imported.get(class_),) if item]
        for edit in state.edits.of(class_):
            shown.append((class_, edit.drawn, [(hole.box, hole.spared) for hole in edit.holes]))
    for lock in state.locks.over(state._grids.high.box):
        views = [(name, [named(each.content) for each in view.paintings]) for name, view in lock.views]
        shown.append((lock.box, lock.until is None, views))
    return sorted(shown, key=str)


def named(content: Imported | tuple[LowPatch, ...] | HighPatch) -> tuple:
    if isinstance(content, Imported):
        return (content.start.id,)
    patches = content if isinstance(content, tuple) else (content,)
    return tuple(patch.layer.id for patch in patches if patch.layer)


def shown(session: Session) -> bytes:
    box = Box(0, 0, WIDTH, HEIGHT)
    return b"".join(session.read(box, mpp=2.0, class_=class_).tobytes() for class_ in ("tumour", "stroma"))


@settings(max_examples=25, deadline=None)
@given(history=histories, chosen=options)
def test_a_session_equals_a_replay_of_its_log_to_the_byte(history, chosen) -> None:
    session = played(history, chosen)
    replay = take_in_all(new_session(chosen), session)
    assert layers(replay) == layers(session)
    assert replay.events == session.events
    assert shown(replay) == shown(session)


@settings(max_examples=15, deadline=None)
@given(history=histories)
def test_undoing_all_and_redoing_all_gives_the_same_bytes(history) -> None:
    session = played(history)
    before, names = shown(session), layers(session)
    predicted = session.predictors.calls
    count = 0
    while session._fold._done:
        session.undo()
        count += 1
    assert layers(session) == []
    assert session.events == ()
    assert session.classes == ()
    for _ in range(count):
        session.redo()
    assert layers(session) == names
    assert shown(session) == before
    assert session.predictors.calls == predicted, "what was predicted once is not predicted again"


@settings(max_examples=40, deadline=None)
@given(
    history=st.lists(st.one_of(clicks, drawings, operations), min_size=2, max_size=9),
    number=st.integers(0, 8),
)
def test_deleting_a_click_equals_never_having_made_it(history, number) -> None:
    history = [each for each in history if each[0] in ("zoom", "settle", *DELETABLE)]
    session, taken = new_session(), []
    for operation in history:
        perform(session, operation)
        # What was refused, such as a box whose middle lies off the slide, is no event.
        taken += [operation] * (len(session.events) - len(taken))
    made = [index for index, each in enumerate(taken) if each[0] in DELETABLE]
    if not made:
        return
    index = made[number % len(made)]
    session.delete(session.events[index].op_id)
    never = played(taken[:index] + taken[index + 1 :])
    assert layers(session) == layers(never)
    assert shown(session) == shown(never)


@settings(max_examples=30, deadline=None)
@given(history=histories, last=operations)
def test_outside_the_boxes_that_an_operation_names_nothing_changes(history, last) -> None:
    session = played(history)
    box = Box(0, 0, WIDTH, HEIGHT)
    before = {class_: session.read(box, class_=class_) for class_ in session.classes}
    revision = session.revision
    perform(session, last)
    if session.revision == revision:
        return
    change = session._operations.answer_of(session._log.rows[-1].op_id, session._log.rows[-1].kind)
    for class_, old in before.items():
        new = session.read(box, class_=class_)
        for each in change.changed:
            new[each.slices_in(box)] = old[each.slices_in(box)]
        assert (new == old).all()


@settings(max_examples=30, deadline=None)
@given(history=histories, last=operations)
def test_cancelling_an_event_leaves_no_trace(history, last) -> None:
    session = played(history)
    names, events = layers(session), session.events
    stacks = list(session._fold._done), list(session._fold._undone)

    def fail(_: Event) -> None:
        raise KeyboardInterrupt

    session._log.append = fail
    count = len(session._log.rows)
    with suppress(KeyboardInterrupt):
        perform(session, last)
    assert len(session._log.rows) == count
    assert (layers(session), session.events) == (names, events)
    assert (session._fold._done, session._fold._undone) == stacks


def test_a_new_operation_ends_what_could_be_redone(session: Session) -> None:
    session.click(x=1, y=1, label=1)
    session.undo()
    session.click(x=2, y=2, label=1)
    with pytest.raises(SessionError, match="There is nothing to redo"):
        session.redo()
    session.undo()
    with pytest.raises(SessionError, match="There is nothing to undo"):
        session.undo()


def test_a_deleted_click_comes_back_by_undo_at_its_old_place(session: Session) -> None:
    for number in range(3):
        session.click(x=1000 + number, y=1000, label=1, op_id=f"c{number}")
    session.delete("c1", op_id="d")
    assert [event.op_id for event in session.events] == ["c0", "c2"]
    with pytest.raises(SessionError, match="No click or edit in force has the id 'c1'"):
        session.delete("c1")
    session.undo()
    assert [event.op_id for event in session.events] == ["c0", "c1", "c2"]
    session.redo()
    assert [event.op_id for event in session.events] == ["c0", "c2"]


@pytest.mark.parametrize("steps", [["undo"], ["undo", "redo"], ["delete"], ["delete", "undo"]])
def test_an_operation_that_cannot_be_saved_leaves_both_stacks(session: Session, steps: list[str]) -> None:
    for number in range(3):
        session.click(x=1000 + number, y=1000, label=1, op_id=f"c{number}")
    acts = {"undo": session.undo, "redo": session.redo, "delete": lambda: session.delete("c1")}
    for step in steps[:-1]:
        acts[step]()
    before = session.events, list(session._fold._done), list(session._fold._undone), layers(session)

    def fail(_: Event) -> None:
        raise OSError("gone")

    session._log.append = fail
    with pytest.raises(OSError, match="gone"):
        acts[steps[-1]]()
    assert (session.events, session._fold._done, session._fold._undone, layers(session)) == before


def test_only_clicks_and_edits_can_be_deleted(session: Session) -> None:
    session.zoom(x=1000, y=1000, op_id="z")
    with pytest.raises(SessionError, match="No click or edit in force has the id 'z'"):
        session.delete("z")


def test_deleting_predicts_only_what_depended_on_the_click(session: Session) -> None:
    session.click(x=600, y=600, label=1, op_id="first")
    session.click(x=4900, y=4100, label=1)
    session.click(x=700, y=600, label=1)
    before = len(session.predictors.low.calls)
    session.delete("first")
    assert len(session.predictors.low.calls) == before + 1


@pytest.mark.parametrize("kind", ["undo", "redo"])
def test_an_undo_that_names_another_operation_than_is_next_is_refused(session: Session, kind: str) -> None:
    session.click(x=1, y=1, label=1, op_id="one")
    session.click(x=1, y=1, label=1, op_id="two")
    session.undo()
    wrong = Event(9, "x", Referring(kind, "zero"), "tumour", "me", "", 8)
    with pytest.raises(SessionError, match=f"Event 9 means to {kind} 'zero', but '(one|two)' is next"):
        session._fold.apply(wrong)


def test_the_state_takes_no_event_that_only_refers_to_others(session: Session) -> None:
    with pytest.raises(AssertionError, match="undo is no step"):
        session._state.apply(Event(1, "x", Referring("undo", "y"), "tumour", "me", "", 0))
