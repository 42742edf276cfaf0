"""The events of a session: what the user did, in the order of doing, as rows that prove themselves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from zoomiseg.errors import SessionError

from ._codec import from_json, to_json
from ._payloads import Kind, Payload

DEFAULT_CLASS = "tumour"


@dataclass(frozen=True, slots=True)
class Event:
    """One operation of a session.

    Args:
        n: Its number, from 1; also the revision that it led to.
        op_id: Unique in the session; the same id again is the same operation.
        payload: What was done.
        class_: The class that it was done to.
        author: Who did it.
        time: When, UTC, ISO 8601.
        revision: The revision that it was made on.
    """

    n: int
    op_id: str
    payload: Payload
    class_: str
    author: str
    time: str
    revision: int

    @property
    def kind(self) -> Kind:
        return self.payload.kind


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is stored, chained to the row before by its checksum."""

    n: int
    op_id: str
    kind: str
    payload: str
    class_: str
    author: str
    time: str
    revision: int
    checksum: str

    @property
    def values(self) -> tuple[int, str, str, str, str, str, str, int, str]:
        """The columns in the order of the table."""
        return (
            self.n,
            self.op_id,
            self.kind,
            self.payload,
            self.class_,
            self.author,
            self.time,
            self.revision,
            self.checksum,
        )

    def follows(self, previous: str) -> bool:
        """Say whether the row is whole and belongs after the row of checksum `previous`."""
        return self.checksum == chained(previous, self.values[:-1])


def chained(previous: str, values: tuple[int | str, ...]) -> str:
    """Return the SHA-256, in hex, of the values and of the checksum before them."""
    text = json.dumps([previous, *values], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def row_of(event: Event, *, previous: str) -> Row:
    """Return the event as a row that follows the row of checksum `previous`."""
    payload = json.dumps(to_json(event.payload), sort_keys=True, separators=(",", ":"))
    head = (event.n, event.op_id, event.kind, payload, event.class_, event.author, event.time, event.revision)
    return Row(*head, checksum=chained(previous, head))


def event_of(row: Row) -> Event:
    """Return the event that a row holds.

    Raises:
        SessionError: Its kind is unknown, or its payload is not what the kind has.
    """
    return Event(row.n, row.op_id, _payload_of(row), row.class_, row.author, row.time, row.revision)


def _payload_of(row: Row) -> Payload:
    try:
        values = json.loads(row.payload)
        payload = from_json(row.kind, values)
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError(
            f"Event {row.n} of the session is a {row.kind!r} without sense: {error}."
        ) from error
    if payload is None:
        raise SessionError(
            f"Event {row.n} of the session is of a kind that this version does not know: {row.kind!r}.",
            hint="Open the session with a newer ZoomISEG.",
        )
    return payload
