"""Annotations as ASAP writes them: outlines in groups, in level-0 pixels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from zoomiseg.errors import AnnotationError

from ._area import LEAST_POINTS, Area, Drawing, Points, rectangle, ring_of
from ._xml import number_of, xml_root

ROOT = "ASAP_Annotations"
_OUTLINES = ("Polygon", "Spline", "Rectangle")
_WITHOUT_AREA = ("None", "Dot", "PointSet", "Measurement")
_NO_GROUP = ("", "None")


def read_asap(path: Path) -> Drawing:
    """Return the areas of an ASAP XML file; the class of each is its group, within the groups around it.

    Points go by their Order. A hole is an area of another group: whoever reads this says which groups are.

    Raises:
        AnnotationError: Names the file, the annotation by its number from 1, and what is wrong.
    """
    root = xml_root(path)
    if root.tag != ROOT:
        raise AnnotationError(f"{path.name} is no file of ASAP: its root is {root.tag!r}, not {ROOT!r}.")
    parents = {group.get("Name", ""): group.get("PartOfGroup", "") for group in root.iter("Group")}
    areas: list[Area] = []
    notices: list[str] = []
    for number, element in enumerate(root.iter("Annotation"), start=1):
        place = f"{path.name}: annotation {number}"
        kind = element.get("Type", "Polygon")
        if kind in _WITHOUT_AREA:
            notices.append(f"{place} is a {kind} and has no area: left out.")
        elif kind not in _OUTLINES:
            raise AnnotationError(f"{place} is of the type {kind!r}.", hint=f"Known are {_known()}.")
        elif (ring := _ring(element, kind, place)) is None:
            notices.append(f"{place} has fewer than {LEAST_POINTS} points and no area: left out.")
        else:
            areas.append(Area(place, (ring,), _class(element.get("PartOfGroup", ""), parents)))
            if kind == "Spline":
                notices.append(f"{place} is a spline: taken as straight lines between its points.")
    return Drawing(tuple(areas), tuple(notices))


def _ring(element: Element, kind: str, place: str) -> Points | None:
    found = [
        (number_of(point, "Order", place), number_of(point, "X", place), number_of(point, "Y", place))
        for point in element.iter("Coordinate")
    ]
    ring = ring_of([(x, y) for _, x, y in sorted(found, key=lambda point: point[0])], place)
    if kind == "Rectangle" and len(ring) == 2:
        return rectangle(ring)
    return ring if len(ring) >= LEAST_POINTS else None


def _class(group: str, parents: Mapping[str, str]) -> str | None:
    names: list[str] = []
    while group not in _NO_GROUP and group not in names:
        names.append(group)
        group = parents.get(group, "")
    return ": ".join(reversed(names)) or None


def _known() -> str:
    return ", ".join((*_OUTLINES, *_WITHOUT_AREA))
