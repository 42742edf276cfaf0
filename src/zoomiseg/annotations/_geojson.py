"""GeoJSON files of annotations, read as QuPath 0.5.1 reads them or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from zoomiseg.errors import AnnotationError

from ._annotation import Annotation
from ._properties import class_of, name_of, object_type_of, properties_of, uuid_of
from ._refusal import clipped, flag, kind_of, refuse
from ._shapes import shape_of
from ._source import load_json

MAX_FEATURES = 500_000
MAX_DEPTH = 32
_BARE = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


def read_geojson(path: str | PathLike[str]) -> list[Annotation]:
    """Return the annotations of a GeoJSON file, nested ones after the one that holds them.

    The file holds a FeatureCollection, a Feature, an array of Features, or one bare geometry; it may be
    packed by gzip or alone in a zip archive. What QuPath 0.5.1 reads is read with the same meaning; where
    QuPath throws the whole file away, the feature at fault is named.

    Raises:
        AnnotationError: Names the file, the feature by its number from 1, what is wrong and what to do.
    """
    path = Path(path)
    annotations: list[Annotation] = []
    for annotation in _annotations(load_json(path), path.name):
        if len(annotations) == MAX_FEATURES:
            raise AnnotationError(f"{path.name} holds more than {MAX_FEATURES:,} objects.", hint="Split it.")
        annotations.append(annotation)
    return annotations


def _annotations(content: Any, file_name: str) -> Iterator[Annotation]:
    if isinstance(content, list):
        yield from _numbered(content, f"{file_name}: feature", depth=0)
        return
    kind = content.get("type") if isinstance(content, Mapping) else None
    if kind == "FeatureCollection":
        features = content.get("features")
        if not isinstance(features, list):
            refuse(file_name, "is a FeatureCollection without a list of features", "Export it again.")
        yield from _numbered(features, f"{file_name}: feature", depth=0)
    elif kind == "Feature" or kind in _BARE:
        yield from _numbered([content], f"{file_name}: feature", depth=0)
    else:
        found = f"the type {clipped(kind)}" if isinstance(content, Mapping) else kind_of(content)
        refuse(file_name, f"is no GeoJSON: it has {found} at its top", "Expected is a FeatureCollection.")


def _numbered(things: list[Any], prefix: str, *, depth: int) -> Iterator[Annotation]:
    for number, thing in enumerate(things, start=1):
        yield from _objects(thing, f"{prefix} {number}", depth=depth)


def _objects(thing: Any, place: str, *, depth: int) -> Iterator[Annotation]:
    """Yield a feature or bare geometry, and what is nested in it."""
    if depth > MAX_DEPTH:
        refuse(place, f"is nested more than {MAX_DEPTH} deep", "Export it without its hierarchy.")
    if not isinstance(thing, Mapping):
        refuse(place, f"is {kind_of(thing)}", "A feature is an object.")
    if thing.get("type") in _BARE:
        thing = {"type": "Feature", "geometry": thing}
    if thing.get("type") != "Feature":
        refuse(place, f"has the type {clipped(thing.get('type'))}", 'Its type is "Feature".')
    if "geometry" not in thing:
        refuse(place, "has no geometry", 'Write "geometry": {} where there is none.')
    properties = properties_of(thing, place)
    yield _annotation(thing, properties, place)
    for key in ("childObjects", "children"):
        children = properties.get(key, [])
        if not isinstance(children, list):
            refuse(place, f"has {key} that are {kind_of(children)}", "They are a list of features.")
        yield from _numbered(children, f"{place}, child", depth=depth + 1)


def _annotation(feature: Mapping[str, Any], properties: Mapping[str, Any], place: str) -> Annotation:
    geometry, kind, plane = shape_of(feature["geometry"], place)
    return Annotation(
        place=place.partition(": ")[2],
        geometry=geometry,
        kind=kind,
        class_name=class_of(properties, place),
        name=name_of(properties, place),
        object_type=object_type_of(feature, properties, place),
        locked=flag(properties, "isLocked", place),
        plane=plane,
        uuid=uuid_of(feature, place),
        properties=properties,
    )
