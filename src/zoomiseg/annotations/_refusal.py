"""How a file's reader says what it cannot read."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any, NoReturn

from zoomiseg.errors import AnnotationError

_NAMES = {type(None): "null", bool: "true or false", str: "a text", list: "a list", dict: "an object"}
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def refuse(place: str, found: str, remedy: str) -> NoReturn:
    """Raise an AnnotationError: "tumour.geojson: feature 3 has the name null. Leave it out."."""
    raise AnnotationError(f"{place} {found}.", hint=remedy)


def kind_of(value: Any) -> str:
    """Return what a JSON value is, in words."""
    return _NAMES.get(type(value), "a number")


def clipped(value: Any) -> str:
    """Return a JSON value as it may stand in a sentence, however long it is."""
    return "null" if value is None else _SHORT.repr(value)


def flag(members: Mapping[str, Any], name: str, place: str) -> bool:
    """Return a member that is true or false, false where it is missing."""
    value = members.get(name, False)
    if not isinstance(value, bool):
        refuse(place, f"has {name} {clipped(value)}", "It is true or false, or left out.")
    return bool(value)
