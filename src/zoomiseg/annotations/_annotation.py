"""What a GeoJSON file says about one region, line or set of points of a slide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

Kind = Literal["area", "points", "line", "empty"]
ObjectType = Literal["annotation", "detection", "cell", "tile", "tmaCore", "root"]


@dataclass(frozen=True)
class Plane:
    """Channel (-1: all), z-slice and time point, as QuPath counts them."""

    c: int = -1
    z: int = 0
    t: int = 0


@dataclass(frozen=True)
class Annotation:
    """One object of a GeoJSON file.

    Args:
        place: Where it stood in the file, for messages: "feature 3".
        geometry: In slide pixels (level 0): valid (Multi)Polygon, (Multi)LineString or MultiPoint; an empty
            collection where the file gives none.
        kind: Which of these it is.
        class_name: The class, derived ones joined as "Tumor: Viable"; None if unclassified.
        name: The object's own name, or None.
        object_type: QuPath's type; what is absent or unknown is an annotation.
        locked: Whether it is locked against edits.
        plane: Where it lies in a stack.
        uuid: Its id where that is a UUID, else None.
        properties: All its GeoJSON properties as they stand in the file.
    """

    place: str
    geometry: BaseGeometry
    kind: Kind
    class_name: str | None
    name: str | None
    object_type: ObjectType
    locked: bool
    plane: Plane
    uuid: str | None
    properties: Mapping[str, Any]
