"""A feature's properties under the rules of QuPath 0.5.1: what it throws on is refused with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ._annotation import ObjectType
from ._refusal import clipped, kind_of, refuse

MAX_PARENT_CLASSES = 20
_TYPES: dict[str, ObjectType] = {
    "annotation": "annotation",
    "detection": "detection",
    "cell": "cell",
    "tile": "tile",
    "tmacore": "tmaCore",
    "root": "root",
}
_TYPES_BY_ID: dict[str, ObjectType] = {
    # QuPath 0.2 wrote the type where later versions write the id.
    "PathAnnotationObject": "annotation",
    "PathDetectionObject": "detection",
    "PathCellObject": "cell",
    "PathTileObject": "tile",
    "TMACoreObject": "tmaCore",
    "PathRootObject": "root",
}


def uuid_of(feature: Mapping[str, Any], place: str) -> str | None:
    """Return a feature's id if it is a UUID; others are dropped, as QuPath does, but null is refused."""
    if "id" not in feature:
        return None
    value = feature["id"]
    if value is None or isinstance(value, list | Mapping):
        refuse(place, f"has an id that is {kind_of(value)}", "Leave it out.")
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return None


def properties_of(feature: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Return a feature's properties, none where the member is missing."""
    properties = feature.get("properties", {})
    if not isinstance(properties, Mapping):
        refuse(place, f"has properties that are {kind_of(properties)}", "Write {} or leave them out.")
    _check_measurements(properties, place)
    _check_metadata(properties, place)
    return properties


def name_of(properties: Mapping[str, Any], place: str) -> str | None:
    """Return the object's own name, or None."""
    return _text(properties["name"], "name", place) if "name" in properties else None


def object_type_of(feature: Mapping[str, Any], properties: Mapping[str, Any], place: str) -> ObjectType:
    """Return QuPath's object type; what is missing or unknown is an annotation."""
    for key in ("objectType", "object_type", "type"):
        if key in properties:
            return _TYPES.get(_text(properties[key], key, place).lower(), "annotation")
    identity = feature.get("id")
    return _TYPES_BY_ID.get(identity, "annotation") if isinstance(identity, str) else "annotation"


def class_of(properties: Mapping[str, Any], place: str) -> str | None:
    """Return the class, derived ones joined by ": ", or None where the object is unclassified."""
    value = properties.get("classification")
    if value is None or value == {}:
        return None
    if isinstance(value, str):
        return value or None
    if not isinstance(value, Mapping):
        refuse(
            place, f"has a classification that is {kind_of(value)}", "It is a text or an object with a name."
        )
    if "colorRGB" in value or "parentClass" in value:
        return _legacy_class(value, place)
    if "name" not in value and "names" not in value:
        refuse(place, "has a classification without a name", "Add one, or leave the classification out.")
    name = _joined_names(value["names"], place) if "names" in value else _class_name(value, place)
    _check_color(value, name, place)
    return name


def _legacy_class(value: Mapping[str, Any], place: str) -> str:
    """Return the class as QuPath up to 0.3 wrote it, with a packed colour and perhaps a class above it."""
    names: list[str] = []
    link: Any = value
    while link is not None:
        if not isinstance(link, Mapping) or "name" not in link or len(names) == MAX_PARENT_CLASSES:
            refuse(place, "has a classification with a broken parentClass", "Write the class as one text.")
        names.append(_class_name(link, place))
        link = link.get("parentClass")
    return ": ".join(reversed(names))


def _class_name(value: Mapping[str, Any], place: str) -> str:
    return _text(value["name"], "class name", place)


def _joined_names(names: Any, place: str) -> str:
    if not isinstance(names, list) or not names:
        refuse(place, f"has the class names {clipped(names)}", 'They are a list of texts, such as ["Tumor"].')
    return ": ".join(_text(name, "class name", place) for name in names)


def _check_color(value: Mapping[str, Any], name: str, place: str) -> None:
    if "color" not in value:
        refuse(
            place,
            f"has the class {name!r} without a color, at which QuPath drops the whole file",
            f'Write "color": [200, 0, 0] beside the name, or the class as a text: "{name}".',
        )
    color = value["color"]
    parts = color if isinstance(color, list) else [color]
    whole = all(isinstance(part, int) and not isinstance(part, bool) for part in parts)
    if not whole or (isinstance(color, list) and len(color) not in (3, 4)):
        refuse(
            place, f"has the class color {clipped(color)}", "It is [red, green, blue], each from 0 to 255."
        )


def _check_measurements(properties: Mapping[str, Any], place: str) -> None:
    """Refuse measurements that are neither of the two forms; single odd values are skipped, as in QuPath."""
    value = properties.get("measurements", {})
    if not isinstance(value, Mapping | list):
        refuse(place, f"has measurements that are {kind_of(value)}", "They are an object of numbers.")


def _check_metadata(properties: Mapping[str, Any], place: str) -> None:
    value = properties.get("metadata", {})
    if not isinstance(value, Mapping):
        refuse(place, f"has metadata that is {kind_of(value)}", "It is an object of texts, or left out.")


def _text(value: Any, what: str, place: str) -> str:
    if value is None or isinstance(value, list | Mapping):
        refuse(place, f"has the {what} {clipped(value)}", "Leave it out, or write a text.")
    return value if isinstance(value, str) else str(value)
