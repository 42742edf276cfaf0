"""Undo, redo and delete: which events are in force, and the state that they make."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box

from ._events import Event
from ._journal import Write
from ._layers import Layer
from ._payloads import Referring
from ._state import State
from ._touched import Item, Touched, disturbed

DELETABLE = ("click", "scribble", "box", "stroke", "polygon", "import", "accept")

_Place = tuple[int, Any]


class Fold:
    """All events of a session taken in one by one; `state` is what those in force make.

    Args:
        state: An empty state.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._in_force: list[Event] = []
        self._done: list[Event] = []
        self._undone: list[Event] = []
        self._forgotten: list[Event] = []
        self._start: dict[_Place, Touched] = {}

    @property
    def in_force(self) -> tuple[Event, ...]:
        """All events but undos, redos and deletes that are neither undone nor deleted, in order."""
        return tuple(self._in_force)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def to_undo(self) -> Event:
        """Return the event that an undo would take back.

        Raises:
            SessionError: There is none.
        """
        if not self._done:
            raise SessionError("There is nothing to undo.")
        return self._done[-1]

    def to_redo(self) -> Event:
        """Return the event that a redo would bring back.

        Raises:
            SessionError: There is none.
        """
        if not self._undone:
            raise SessionError("There is nothing to redo.")
        return self._undone[-1]

    def to_delete(self, op_id: str) -> Event:
        """Return the click or edit in force with this id.

        Raises:
            SessionError: There is none.
        """
        for event in reversed(self._in_force):
            if event.op_id == op_id and event.kind in DELETABLE:
                return event
        raise SessionError(f"No click or edit in force has the id {op_id!r}, so it cannot be deleted.")

    def require_locks_kept(self) -> None:
        """Check that the last event, which deleted an earlier one, left locked regions as they were.

        Raises:
            SessionError: It did not; take it back with `cancel`.
        """
        if disturbed(self._start.values(), self.state.locks.in_force()):
            raise SessionError(
                "What is to be deleted has made a part of a locked region.", hint="Unlock the region first."
            )

    def apply(self, event: Event) -> None:
        """Take an event in.

        Raises:
            SessionError: It does not fit the events before it; nothing has changed.
        """
        self._start = {}
        match event.payload:
            case Referring("undo", op_id):
                self._require(self.to_undo(), op_id, event)
                self._undone.append(self._undo())
            case Referring("redo", op_id):
                self._require(self.to_redo(), op_id, event)
                self._do(self._undone.pop())
            case _:
                self._do(event)
                self._forgotten, self._undone = self._undone, []

    def cancel(self, event: Event) -> None:
        """Take back the event that was applied last, as if it had never come."""
        match event.payload:
            case Referring("undo", _):
                self._do(self._undone.pop())
            case Referring("redo", _):
                self._undone.append(self._undo())
            case _:
                self._undo()
                self._undone = self._forgotten
        self._start = {}

    def new_layers(self) -> list[Layer]:
        """Return the layers that the last event brought into sight."""
        return [layer for touched in self._start.values() if (layer := touched.layer)]

    def changed(self) -> tuple[Box, ...]:
        """Return the boxes, in slide pixels, where the last event may have changed the mask."""
        items = (
            item
            for touched in self._start.values()
            if touched.looks_different
            for item in (touched.before, touched.after)
            if item is not None
        )
        boxes = (self.state.slide_box_of(item) for item in items)
        return tuple(sorted({box for box in boxes if box}))

    def _require(self, found: Event, op_id: str, event: Event) -> None:
        if found.op_id != op_id:
            raise SessionError(
                f"Event {event.n} means to {event.kind} {op_id!r}, but {found.op_id!r} is next."
            )

    def _do(self, event: Event) -> None:
        if isinstance(event.payload, Referring) and event.payload.kind == "delete":
            target = self.to_delete(event.payload.op_id)
            self._refold(target.n, [each for each in self._since(target.n) if each is not target])
        else:
            self._step(event)
        self._done.append(event)

    def _undo(self) -> Event:
        event = self._done[-1]
        if isinstance(event.payload, Referring) and event.payload.kind == "delete":
            deleted = next(each for each in self._done if each.op_id == event.payload.op_id)
            self._refold(deleted.n, [deleted, *self._since(deleted.n)])
        else:
            self._step_back()
        return self._done.pop()

    def _since(self, n: int) -> list[Event]:
        return self._in_force[self._index(n) :]

    def _index(self, n: int) -> int:
        return bisect_left(self._in_force, n, key=lambda event: event.n)

    def _refold(self, n: int, events: list[Event]) -> None:
        """Replace the events in force from number `n` on; where one of the new cannot be, the old stay.

        Raises:
            SessionError: An event cannot be made without one that is gone.
        """
        before = self._since(n)
        self._unfold(n)
        try:
            for event in events:
                self._step_again(event)
        except BaseException:
            self._unfold(n)
            for event in before:
                self._step(event)
            raise

    def _unfold(self, n: int) -> None:
        for _ in range(len(self._in_force) - self._index(n)):
            self._step_back()

    def _step_again(self, event: Event) -> None:
        try:
            self._step(event)
        except SessionError as error:
            made = "An accepted proposal" if event.kind == "accept" else f"Event {event.n} ({event.kind})"
            raise SessionError(
                f"{made} was made from what is to be deleted.", hint="Undo or delete that first."
            ) from error

    def _step(self, event: Event) -> None:
        self.state.apply(event)
        self._in_force.append(event)
        for write in self.state.journal.newest():
            self._observe(write, write.before)

    def _step_back(self) -> None:
        replaced = [(write, write.mapping.get(write.key)) for write in self.state.journal.newest()]
        self.state.journal.take_back()
        self._in_force.pop()
        for write, before in replaced:
            self._observe(write, before)

    def _observe(self, write: Write, before: Any) -> None:
        """Note what stood under a key before the event, and what stands there now."""
        after = write.mapping.get(write.key)
        if not isinstance(before or after, Item):
            return  # an index
        place = (id(write.mapping), write.key)
        known = self._start.get(place)
        self._start[place] = Touched(known.before if known else before, after)
