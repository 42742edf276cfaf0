"""The events of a session: what the user did, in the order of doing, as rows that prove themselves."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box, ScaleName

DEFAULT_CLASS = "tumour"
RESERVED_KINDS = frozenset({"stroke", "polygon", "import", "lock"})

Kind = Literal["click", "zoom", "settle", "unsettle", "delete", "undo", "redo"]
ReferringKind = Literal["unsettle", "delete", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class ClickMade:
    """A click at one scale; x and y in slide pixels, label +1 or -1."""

    x: float
    y: float
    label: int
    scale: ScaleName

    @property
    def kind(self) -> Kind:
        return "click"


@dataclass(frozen=True, slots=True)
class ZoomOpened:
    """A high patch opened around a point in slide pixels."""

    x: float
    y: float

    @property
    def kind(self) -> Kind:
        return "zoom"


@dataclass(frozen=True, slots=True)
class BoxSettled:
    """A region, in slide pixels, frozen as it is."""

    box: Box

    @property
    def kind(self) -> Kind:
        return "settle"


@dataclass(frozen=True, slots=True)
class Referring:
    """An operation on an earlier one, named by its id."""

    kind: ReferringKind
    op_id: str


Payload: TypeAlias = ClickMade | ZoomOpened | BoxSettled | Referring


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
    payload = json.dumps(_to_json(event.payload), sort_keys=True, separators=(",", ":"))
    head = (event.n, event.op_id, event.kind, payload, event.class_, event.author, event.time, event.revision)
    return Row(*head, checksum=chained(previous, head))


def event_of(row: Row) -> Event:
    """Return the event that a row holds.

    Raises:
        SessionError: Its kind is unknown or reserved, or its payload is not what the kind has.
    """
    return Event(row.n, row.op_id, _payload_of(row), row.class_, row.author, row.time, row.revision)


def _to_json(payload: Payload) -> dict[str, object]:
    match payload:
        case ClickMade(x, y, label, scale):
            return {"x": x, "y": y, "label": label, "scale": scale}
        case ZoomOpened(x, y):
            return {"x": x, "y": y}
        case BoxSettled(box):
            return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return {"of": payload.op_id}


def _payload_of(row: Row) -> Payload:
    try:
        values = json.loads(row.payload)
        payload = _from_json(row.kind, values)
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError(
            f"Event {row.n} of the session is a {row.kind!r} without sense: {error}."
        ) from error
    if payload is None:
        raise SessionError(_why_refused(row), hint="Open the session with a newer ZoomISEG.")
    return payload


def _from_json(kind: str, values: Mapping[str, object]) -> Payload | None:
    match kind:
        case "click":
            label = _whole(values["label"])
            return ClickMade(_number(values["x"]), _number(values["y"]), label, _scale(values["scale"]))
        case "zoom":
            return ZoomOpened(_number(values["x"]), _number(values["y"]))
        case "settle":
            return BoxSettled(Box(*(_whole(values[name]) for name in ("x", "y", "width", "height"))))
        case "unsettle" | "delete" | "undo" | "redo":
            return Referring(kind, str(values["of"]))
    return None


def _why_refused(row: Row) -> str:
    if row.kind in RESERVED_KINDS:
        return f"Event {row.n} of the session is a {row.kind!r}, which is reserved for a later version."
    return f"Event {row.n} of the session is of a kind that this version does not know: {row.kind!r}."


def _scale(value: object) -> ScaleName:
    match value:
        case "low" | "high":
            return value
    raise ValueError(f"the scale is {value!r}")


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value
