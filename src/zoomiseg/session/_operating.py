"""The half of a session that changes it by clicks, zooms and what refers to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from zoomiseg.errors import ClickError, ClickOutside, SessionError
from zoomiseg.geometry import Box, Click, ScaleName

from ._events import DEFAULT_CLASS
from ._log import EventLog
from ._operations import Operations, Request
from ._options import SessionOptions
from ._payloads import (
    BoxLocked,
    BoxSettled,
    ClickMade,
    LearningSwitched,
    Payload,
    ProposalAccepted,
    Referring,
    ZoomOpened,
)
from ._predictions import Predictions
from ._reading import ReadableSession
from ._sources import SlideSource
from ._state import State
from ._views import Change


class OperableSession(ReadableSession):
    """Operations, done one after the other.

    Args:
        slide: The open slide.
        options: How canvases are laid out and composed.
        state: An empty state.
        predictions: Gives the pixels of layers.
        log: The event log; its events are taken in here.
        author: Who operates.

    Raises:
        SessionError: The log holds events that this version cannot replay.
    """

    def __init__(
        self,
        slide: SlideSource,
        options: SessionOptions,
        state: State,
        predictions: Predictions,
        *,
        log: EventLog,
        author: str,
    ) -> None:
        super().__init__(slide, options, state, predictions)
        self._turn = threading.RLock()
        self._operations = Operations(log, self._fold, predictions, author=author)
        self._publish(self._operations.revision)

    def click(
        self,
        *,
        x: float,
        y: float,
        label: int,
        scale: ScaleName = "low",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Record a click, predict its patch, and say where the mask changed.

        Args:
            x: In slide pixels, to the right.
            y: In slide pixels, downwards.
            label: +1 for the class, -1 for what is not.
            scale: Which network answers.
            class_: The class that is outlined.
            op_id: The same id again is the same click.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            ClickOutside: It lies outside the slide.
            ClickError: Coordinates, label or scale make no sense.
            RevisionConflict: Somebody else changed the session first.
            SessionError: An id that was used for something else.
            OutputError: It cannot be saved; nothing has changed.
            SlideError: The slide cannot be read there; nothing has changed.
        """
        self._require_scale(scale, "click")
        made = Click(float(x), float(y), label)
        self._require_inside(made.x, made.y, "click")
        return self._perform(ClickMade(made.x, made.y, int(label), scale), class_, op_id, revision)

    def zoom(
        self,
        *,
        x: float,
        y: float,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Open a high patch around a point in slide pixels; no mask changes before its first click.

        Raises:
            ClickOutside, RevisionConflict, SessionError, OutputError: As for `click`.
        """
        point = Click(float(x), float(y), 1)
        self._require_inside(point.x, point.y, "zoom")
        return self._perform(ZoomOpened(point.x, point.y), class_, op_id, revision)

    def accept(
        self,
        *,
        x: float,
        y: float,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Take what is proposed for the low patch nearest to a point, in slide pixels, as its mask.

        Raises:
            SessionError: Nothing is proposed there, or the point lies in a locked region.
            ClickOutside, RevisionConflict, OutputError, SlideError: As for `click`.
        """
        point = Click(float(x), float(y), 1)
        self._require_inside(point.x, point.y, "proposal")
        return self._perform(ProposalAccepted(point.x, point.y), class_, op_id, revision)

    def learn(self, on: bool, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Switch learning from the slide on or off for the clicks that follow; no mask changes by it.

        While it is off, the networks answer as they are, and nothing is proposed.

        Raises:
            SessionError: The session was begun without learning anything, or it is switched so already.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._perform(LearningSwitched(on), DEFAULT_CLASS, op_id, revision)

    def settle(
        self,
        box: Box,
        *,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Freeze a region, in slide pixels, as it is: low predictions no longer change it.

        Its edges move to the nearest low pixels. Where one high patch covers all of it, it shows that
        patch's mask, without a feathered seam. A later high click in it lifts its patch above it again.

        Raises:
            SessionError: The box has no pixel on the slide.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._perform(BoxSettled(box), class_, op_id, revision)

    def unsettle(
        self, op_id_of_settle: str, *, op_id: str | None = None, revision: int | None = None
    ) -> Change:
        """Lift a settled region by the id of its event.

        Raises:
            SessionError: No settled region has that id.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._refer(Referring("unsettle", op_id_of_settle), op_id, revision)

    def lock(self, box: Box, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Forbid changes in a region, in slide pixels, to all classes.

        A click in it is refused; what reaches into it from outside changes nothing in it, then or later. Its
        edges move to the nearest low pixels.

        Raises:
            SessionError: The box has no pixel on the slide.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._perform(BoxLocked(box), DEFAULT_CLASS, op_id, revision)

    def unlock(self, op_id_of_lock: str, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Allow changes again in a locked region, by the id of its event; it looks as before.

        Raises:
            SessionError: No locked region has that id.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._refer(Referring("unlock", op_id_of_lock), op_id, revision)

    def delete(self, op_id_of_edit: str, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Take one earlier click or edit out, as if it had never been made; an undo brings it back.

        Raises:
            SessionError: No click or edit in force has that id, or it made a part of a locked region.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        return self._refer(Referring("delete", op_id_of_edit), op_id, revision)

    def undo(self, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Take back the newest operation in force.

        Raises:
            SessionError: There is nothing to undo.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        with self._one_turn():
            if (answer := self._operations.answer_of(op_id, "undo")) is not None:
                return answer
            self._operations.require_current(revision)
            return self._refer(Referring("undo", self._fold.to_undo().op_id), op_id, revision)

    def redo(self, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Bring back what was undone last, unless something was done since.

        Raises:
            SessionError: There is nothing to redo.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        with self._one_turn():
            if (answer := self._operations.answer_of(op_id, "redo")) is not None:
                return answer
            self._operations.require_current(revision)
            return self._refer(Referring("redo", self._fold.to_redo().op_id), op_id, revision)

    def _refer(self, payload: Referring, op_id: str | None, revision: int | None) -> Change:
        with self._one_turn():
            return self._perform(payload, self._operations.class_of(payload.op_id), op_id, revision)

    def _perform(self, payload: Payload, class_: str, op_id: str | None, revision: int | None) -> Change:
        if not class_:
            raise SessionError("A class needs a name.")
        with self._one_turn():
            return self._operations.perform(Request(payload, class_, op_id, revision))

    @contextmanager
    def _one_turn(self) -> Iterator[None]:
        """Keep other operations waiting, and let readers see the outcome."""
        with self._turn:
            try:
                yield
            finally:
                # Also after a refusal: the events of another process may have come in.
                if self._operations.revision != self.revision:
                    self._publish(self._operations.revision)

    def _require_scale(self, scale: ScaleName, what: str) -> None:
        if scale not in ("low", "high"):
            kind = ClickError if what == "click" else SessionError
            raise kind(f"A {what}'s scale is 'low' or 'high', got {scale!r}.")

    def _require_inside(self, x: float, y: float, what: str) -> None:
        width, height = self.slide.width, self.slide.height
        if not (0 <= x < width and 0 <= y < height):
            raise ClickOutside(
                f"The {what} at ({x:g}, {y:g}) lies outside the slide of {width} x {height} pixels."
            )
