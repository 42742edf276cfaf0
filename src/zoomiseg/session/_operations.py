"""How an operation becomes part of a session: applied, predicted, made durable, and only then answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from zoomiseg.errors import RevisionConflict, SessionError

from ._events import DEFAULT_CLASS, Event, event_of
from ._fold import Fold
from ._log import EventLog
from ._payloads import Kind, Payload
from ._predictions import Predictions
from ._views import Change


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for.

    Args:
        payload: What to do.
        class_: The class to do it to.
        op_id: The operation's id; None makes one.
        revision: The revision that the client has seen; None means the present one.
    """

    payload: Payload
    class_: str
    op_id: str | None
    revision: int | None


class Operations:
    """Takes operations one by one. Whatever fails leaves log and state as they were.

    The layers that an operation shows are predicted *before* it is written: what cannot be predicted (a
    slide on a lost drive) is refused as a whole and never stands in the log as an event that nobody can
    replay.

    Args:
        log: Where events are made durable.
        fold: The state; the log's events are taken into it here.
        predictions: Predicts.
        author: Who operates.

    Raises:
        SessionError: The log holds events that this version cannot replay.
    """

    def __init__(self, log: EventLog, fold: Fold, predictions: Predictions, *, author: str) -> None:
        self._log = log
        self._fold = fold
        self._predictions = predictions
        self._author = author
        self._answers: dict[str, tuple[Event, Change]] = {}
        self._revision = 0
        for row in log.rows:
            self._take_in(event_of(row))

    @property
    def revision(self) -> int:
        """The number of the newest event."""
        return self._revision

    def class_of(self, op_id: str) -> str:
        """Return the class that an operation was made on; the default one where there is none such."""
        known = self._answers.get(op_id)
        return known[0].class_ if known else DEFAULT_CLASS

    def answer_of(self, op_id: str | None, kind: Kind) -> Change | None:
        """Return what an operation was answered when it was first asked for, or None if it is new.

        Raises:
            SessionError: The id belongs to another kind of operation.
        """
        known = self._answers.get(op_id) if op_id is not None else None
        if known and known[0].kind != kind:
            raise SessionError(
                f"The operation id {op_id!r} was used before, for another operation ({known[0].kind})."
            )
        return known[1] if known else None

    def perform(self, request: Request) -> Change:
        """Do what is asked, once.

        Raises:
            RevisionConflict: The client has not seen the newest events, which are taken in by now.
            SessionError: It cannot be done, or its id belongs to another operation.
            OutputError: It cannot be saved.
            SlideError: What it shows cannot be predicted.
        """
        answer = self.answer_of(request.op_id, request.payload.kind)
        if answer is not None:
            self._require_same(request)
            return answer
        self.require_current(request.revision)
        return self._commit(request, self._event(request))

    def require_current(self, revision: int | None) -> None:
        """Check that a client has seen the newest events.

        Raises:
            RevisionConflict: It has not.
        """
        if revision is not None and revision > self._revision:
            self._catch_up()  # the client has seen what another process did
        if revision is not None and revision != self._revision:
            raise RevisionConflict(
                f"The session is at revision {self._revision}, but the operation was made on {revision}.",
                hint="Look at the new state and repeat it.",
            )

    def _commit(self, request: Request, event: Event) -> Change:
        self._fold.apply(event)
        try:
            if event.kind == "delete":
                self._fold.require_locks_kept()
            for layer in self._fold.new_layers():
                self._predictions.values(layer)
            change = Change(event.n, self._fold.changed())
            self._log.append(event)
        except RevisionConflict:
            self._fold.cancel(event)
            self._catch_up()
            if (answer := self.answer_of(request.op_id, request.payload.kind)) is not None:
                return answer  # the same operation came in through another process
            raise
        except BaseException:
            self._fold.cancel(event)
            raise
        self._note(event, change)
        return change

    def _catch_up(self) -> None:
        for event in self._log.catch_up(self._revision):
            self._take_in(event)

    def _take_in(self, event: Event) -> None:
        self._fold.apply(event)
        self._note(event, Change(event.n, self._fold.changed()))

    def _note(self, event: Event, change: Change) -> None:
        self._answers[event.op_id] = event, change
        self._revision = event.n

    def _event(self, request: Request) -> Event:
        return Event(
            n=self._revision + 1,
            op_id=uuid.uuid4().hex if request.op_id is None else request.op_id,
            payload=request.payload,
            class_=request.class_,
            author=self._author,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            revision=self._revision,
        )

    def _require_same(self, request: Request) -> None:
        assert request.op_id is not None, "only an operation with an id can be known"
        known = self._answers[request.op_id][0]
        # An undo asked for twice names what is next by then, which is not what it undid.
        same = known.kind in ("undo", "redo") or (known.payload, known.class_) == (
            request.payload,
            request.class_,
        )
        if not same:
            raise SessionError(
                f"The operation id {request.op_id!r} was used before, for another {known.kind}."
            )
