"""Annotations as Aperio ImageScope and HALO write them: layers of regions, in level-0 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from zoomiseg.errors import AnnotationError

from ._area import LEAST_POINTS, Area, Drawing, Points, ellipse, rectangle, ring_of
from ._xml import number_of, xml_root

ROOT = "Annotations"
# ImageScope numbers the types, HALO names them; a box may come as two corners.
_RECTANGLES, _ELLIPSES = ("1", "rectangle"), ("2", "ellipse")
_OUTLINES = ("", "0", "polygon", *_RECTANGLES, *_ELLIPSES)
_WITHOUT_AREA = {"3": "an arrow", "arrow": "an arrow", "4": "a ruler", "ruler": "a ruler"}
_VERTICES = ("Vertex", "V")


def read_imagescope(path: Path, *, by_id: bool = False) -> Drawing:
    """Return the areas of an ImageScope XML file; the class of each is its layer's name.

    A layer without a name is called by its Id where there are several. A region with NegativeROA="1" is cut
    out of its layer. A ring need not be closed.

    Args:
        path: The file.
        by_id: Call every layer by its Id.
    Raises:
        AnnotationError: Names the file, layer and region by their numbers from 1, and what is wrong.
    """
    root = xml_root(path)
    if root.tag != ROOT:
        raise AnnotationError(
            f"{path.name} is no file of ImageScope: its root is {root.tag!r}, not {ROOT!r}."
        )
    layers = [layer for layer in root.iter("Annotation") if next(layer.iter("Region"), None) is not None]
    areas: list[Area] = []
    notices: list[str] = []
    for number, layer in enumerate(layers, start=1):
        identity = layer.get("Id", str(number))
        name = identity if by_id else _name(layer) or (identity if len(layers) > 1 else None)
        for place, region in _regions(layer, f"{path.name}: layer {identity}"):
            if missing := _lacks_area(region, place):
                notices.append(f"{place} {missing}: left out.")
            else:
                cut = region.get("NegativeROA", "0").strip().lower() in ("1", "true")
                areas.append(Area(place, (_ring(region, place),), name, cut=cut))
    return Drawing(tuple(areas), tuple(notices))


def _name(layer: Element) -> str | None:
    """Return a layer's name, which some files have as an attribute of its own."""
    if name := layer.get("Name", "").strip():
        return name
    attributes = layer.find("Attributes")
    for attribute in () if attributes is None else attributes:
        if attribute.get("Name", "").lower() in ("name", "description", "class") and attribute.get("Value"):
            return attribute.get("Value")
    return None


def _regions(layer: Element, place: str) -> Iterator[tuple[str, Element]]:
    for number, region in enumerate(layer.iter("Region"), start=1):
        yield f"{place}, region {number}", region


def _kind(region: Element) -> str:
    return region.get("Type", "").strip().lower()


def _lacks_area(region: Element, place: str) -> str | None:
    """Say why a region has no area, or return None where it has one.

    Raises:
        AnnotationError: Its type is none that is known.
    """
    kind = _kind(region)
    if kind in _WITHOUT_AREA:
        return f"is {_WITHOUT_AREA[kind]} and has no area"
    if kind not in _OUTLINES:
        raise AnnotationError(
            f"{place} is of the type {region.get('Type')!r}.", hint="0, 1 and 2 have areas."
        )
    least = 2 if kind in (*_RECTANGLES, *_ELLIPSES) else LEAST_POINTS
    points = len(_points(region, place))
    return f"has {points} points and no area" if points < least else None


def _ring(region: Element, place: str) -> Points:
    points, kind = _points(region, place), _kind(region)
    if kind in _ELLIPSES:
        return ellipse(points)
    return rectangle(points) if kind in _RECTANGLES and len(points) == 2 else points


def _points(region: Element, place: str) -> Points:
    vertices = (vertex for vertex in region.iter() if vertex.tag in _VERTICES)
    return ring_of([(number_of(v, "X", place), number_of(v, "Y", place)) for v in vertices], place)
