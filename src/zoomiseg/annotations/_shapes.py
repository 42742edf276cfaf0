"""GeoJSON geometries as shapely ones, under the rules of QuPath 0.5.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ._annotation import Kind, Plane
from ._refusal import clipped, flag, kind_of, refuse

MAX_COORDINATE = 1e8
ELLIPSE_POINTS = 512
Point = tuple[float, float]


def shape_of(geometry: Any, place: str) -> tuple[BaseGeometry, Kind, Plane]:
    """Return what the value of a `geometry` member stands for.

    Areas come back valid: a ring that crosses itself is taken as even-odd, as QuPath does.

    Args:
        geometry: The JSON value.
        place: "tumour.geojson: feature 3", for messages.

    Raises:
        AnnotationError: Names the place, what is wrong and what to do.
    """
    if geometry is None:
        refuse(place, "has the geometry null", 'Leave the feature out, or write "geometry": {} for none.')
    if not isinstance(geometry, Mapping):
        refuse(place, f"has a geometry that is {kind_of(geometry)}", "A geometry is an object with a type.")
    plane = _plane(geometry, place)
    if "type" not in geometry:
        return shapely.GeometryCollection(), "empty", plane
    shape, kind = _converted(geometry, place)
    if flag(geometry, "isEllipse", place):
        shape = _ellipse(shape)
    return (shape, kind, plane) if not shape.is_empty else (shapely.GeometryCollection(), "empty", plane)


def _converted(geometry: Mapping[str, Any], place: str) -> tuple[BaseGeometry, Kind]:
    name = geometry["type"]
    if name == "GeometryCollection":
        return _collected(geometry, place)
    if not isinstance(name, str) or name not in _CONVERTERS:
        refuse(place, f"has the geometry type {name!r}", f"Known are {', '.join(_CONVERTERS)}.")
    if not isinstance(geometry.get("coordinates"), list):
        refuse(place, f"is a {name} without a list of coordinates", "Export it again.")
    kind, converter = _CONVERTERS[name]
    return converter(geometry["coordinates"], place), kind


def _collected(geometry: Mapping[str, Any], place: str) -> tuple[BaseGeometry, Kind]:
    members = geometry.get("geometries")
    if not isinstance(members, list) or not all(isinstance(member, Mapping) for member in members):
        refuse(place, "is a GeometryCollection without a list of geometries", "Export it again.")
    if any(member.get("type") == "GeometryCollection" for member in members):
        refuse(place, "is a GeometryCollection inside another", "Write its parts as features of their own.")
    if any("type" not in member for member in members):
        refuse(place, "is a GeometryCollection with a member that has no type", "Export it again.")
    parts = [_converted(member, place) for member in members]
    kinds = {kind for _, kind in parts}
    if len(kinds) > 1:
        refuse(place, "mixes areas, lines and points", "Write them as features of their own.")
    if not kinds:
        return shapely.GeometryCollection(), "empty"
    kind = kinds.pop()
    return _together([shape for shape, _ in parts], kind), kind


def _together(shapes: list[BaseGeometry], kind: Kind) -> BaseGeometry:
    if kind == "area":
        return shapely.union_all(shapes)
    if kind == "points":
        return shapely.MultiPoint(shapely.get_coordinates(shapes))
    return shapely.MultiLineString(list(shapely.get_parts(shapes)))


def _points(coordinates: list[Any], place: str) -> BaseGeometry:
    return shapely.MultiPoint(_positions(coordinates, place))


def _point(coordinates: list[Any], place: str) -> BaseGeometry:
    return _points([coordinates], place)


def _line(coordinates: list[Any], place: str) -> shapely.LineString:
    positions = _positions(coordinates, place)
    if len(positions) == 1:
        refuse(place, "has a line of one point", "A line needs two points.")
    return shapely.LineString(positions)


def _lines(coordinates: list[Any], place: str) -> BaseGeometry:
    return shapely.MultiLineString([_line(part, place) for part in _lists(coordinates, place)])


def _polygon(coordinates: list[Any], place: str) -> BaseGeometry:
    rings = [_ring(ring, number, place) for number, ring in enumerate(_lists(coordinates, place), start=1)]
    rings = [ring for ring in rings if ring]
    if not rings:
        return shapely.Polygon()
    polygon = shapely.Polygon(rings[0], rings[1:])
    return polygon if polygon.is_valid else _areas_of(shapely.make_valid(polygon, method="linework"))


def _polygons(coordinates: list[Any], place: str) -> BaseGeometry:
    parts = [_polygon(part, place) for part in _lists(coordinates, place)]
    collected = shapely.MultiPolygon([piece for part in parts for piece in shapely.get_parts(part)])
    return collected if collected.is_valid else _areas_of(shapely.union_all(parts))


_CONVERTERS: dict[str, tuple[Kind, Callable[[list[Any], str], BaseGeometry]]] = {
    "Point": ("points", _point),
    "MultiPoint": ("points", _points),
    "LineString": ("line", _line),
    "MultiLineString": ("line", _lines),
    "Polygon": ("area", _polygon),
    "MultiPolygon": ("area", _polygons),
}


def _areas_of(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a repaired shape, without the lines and points to which parts collapsed."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(ring: list[Any], number: int, place: str) -> list[Point]:
    positions = _positions(ring, place)
    if positions and positions[0] != positions[-1]:
        refuse(
            place,
            f"has an open ring: number {number} begins at {_shown(positions[0])}"
            f" and ends at {_shown(positions[-1])}",
            "Repeat the first point at its end.",
        )
    if 0 < len(positions) < 4:
        refuse(place, f"has a ring of {len(positions)} points", "A closed ring needs at least four.")
    return positions


def _positions(coordinates: Any, place: str) -> list[Point]:
    if not isinstance(coordinates, list):
        refuse(place, f"has {kind_of(coordinates)} where a list of points belongs", "Export it again.")
    return [_position(position, place) for position in coordinates]


def _position(position: Any, place: str) -> Point:
    if not isinstance(position, list) or len(position) < 2 or not all(_is_number(v) for v in position[:2]):
        refuse(place, f"has the point {clipped(position)}", "A point is [x, y], two numbers.")
    x, y = position[:2]
    # Not a number compares false, too.
    if not (abs(x) <= MAX_COORDINATE and abs(y) <= MAX_COORDINATE):
        refuse(place, f"has the point {clipped(position)}", "Coordinates are finite pixels of level 0.")
    return float(x), float(y)


def _lists(coordinates: list[Any], place: str) -> list[list[Any]]:
    for member in coordinates:
        if not isinstance(member, list):
            refuse(place, f"has {kind_of(member)} where a list of points belongs", "Export it again.")
    return coordinates


def _ellipse(shape: BaseGeometry) -> BaseGeometry:
    """Return the ellipse in the envelope of its polygonised outline, as a polygon."""
    left, top, right, bottom = shape.bounds
    angle = np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)
    x = (left + right) / 2 + (right - left) / 2 * np.cos(angle)
    y = (top + bottom) / 2 + (bottom - top) / 2 * np.sin(angle)
    return shapely.Polygon(np.column_stack((x, y)))


def _plane(geometry: Mapping[str, Any], place: str) -> Plane:
    plane = geometry.get("plane", {})
    if not isinstance(plane, Mapping):
        refuse(place, f"has a plane that is {kind_of(plane)}", 'A plane is {"c": -1, "z": 0, "t": 0}.')
    values = [plane.get("c", -1), plane.get("z", 0), plane.get("t", 0)]
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        refuse(place, f"has the plane {clipped(plane)}", "c, z and t are whole numbers.")
    return Plane(*values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(point: Point) -> str:
    return f"({point[0]:g}, {point[1]:g})"
