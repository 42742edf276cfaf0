"""XML annotation files, within limits that keep a hostile one harmless."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError

from zoomiseg.errors import AnnotationError

MAX_BYTES = 256 * 1024 * 1024
_HEAD_BYTES = 4096


def xml_root(path: Path) -> Element:
    """Return the root of a file.

    Raises:
        AnnotationError: It cannot be read, is too large, no XML, or declares entities of its own.
    """
    data = _bytes(path, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise AnnotationError(
            f"{path.name} holds more than {MAX_BYTES // 1024**2} MB of text.", hint="Split it."
        )
    # No annotation needs a document type, and its entities can grow without limit.
    if b"<!DOCTYPE" in data[:_HEAD_BYTES] or b"<!ENTITY" in data:
        raise AnnotationError(f"{path.name} has a document type.", hint="Remove its line <!DOCTYPE ...>.")
    try:
        return ElementTree.fromstring(data)
    except (ParseError, ValueError) as error:
        raise AnnotationError(f"{path.name} is no XML: {error}.", hint="It may be cut off.") from error


def root_name(path: Path) -> str | None:
    """Return the name of a file's root element, "" where it has none, None where it cannot be read."""
    try:
        parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(events=("start",))
        parser.feed(_bytes(path, _HEAD_BYTES))
        events: list[Any] = list(parser.read_events())
        return str(events[0][1].tag) if events else ""
    except (AnnotationError, ParseError, ValueError):
        return None


def number_of(element: Element, name: str, place: str) -> float:
    """Return an attribute that is a finite number.

    Raises:
        AnnotationError: It is missing, or none.
    """
    text = element.get(name)
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise AnnotationError(f"{place} has a point whose {name} is {text!r}.", hint="It is a number.")
    return value


def _bytes(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise AnnotationError(f"{path} cannot be read: {error.strerror or error}.") from error
