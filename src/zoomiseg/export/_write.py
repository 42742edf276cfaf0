"""Regions as GeoJSON that QuPath 0.4 and later reads without a loss."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon

from ._atomic import write_text

TUMOR_COLOR = (200, 0, 0)
PRECISION = 0.01
"""QuPath's own precision, in pixels of level 0."""

Color = tuple[int, int, int]
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "regions.zoomiseg")


def write_geojson(
    path: str | PathLike[str],
    polygons: Iterable[Polygon | MultiPolygon],
    *,
    name: str = "Tumor",
    color: Color = TUMOR_COLOR,
    measurements: Iterable[Mapping[str, float]] | None = None,
    metadata: Mapping[str, str] | None = None,
    indent: int | None = None,
) -> None:
    """Write regions as annotations of one class, one Feature each, as QuPath reads them.

    Coordinates have two decimals; what is smaller than that vanishes. The same regions give the same bytes.

    Args:
        path: Replaced as a whole or left as it is.
        polygons: In slide pixels (level 0); taken one by one, so that they need not all be in memory.
        name: Their class.
        color: The class's colour, red, green, blue, each 0 to 255.
        measurements: One mapping for each polygon, such as `area_measurements` returns.
        metadata: Texts that each feature carries, for example the revision it was made from.
        indent: Spaces for each depth, None for one line for each feature.

    Raises:
        OutputError: The file cannot be written.
    """
    none: Mapping[str, float] = {}
    measured = (
        ((region, none) for region in polygons)
        if measurements is None
        else zip(polygons, measurements, strict=True)
    )
    properties: dict[str, Any] = {
        "objectType": "annotation",
        "classification": {"name": name, "color": list(color)},
    }
    features = (
        _feature(number, geometry, properties | _details(values, metadata or {}))
        for number, (region, values) in enumerate(measured)
        if not (geometry := _rounded(region)).is_empty
    )
    write_text(Path(path), collection_text(features, indent=indent))


def collection_text(features: Iterator[dict[str, Any]], *, indent: int | None = None) -> Iterator[str]:
    """Yield the text of a FeatureCollection, feature by feature, so that it never stands in memory whole."""
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for feature in features:
        yield separator + json.dumps(feature, ensure_ascii=False, allow_nan=False, indent=indent)
        separator = ",\n"
    yield "\n]}\n"


def _feature(number: int, region: Polygon | MultiPolygon, properties: dict[str, Any]) -> dict[str, Any]:
    parts = [_rings(part) for part in (region.geoms if isinstance(region, MultiPolygon) else [region])]
    coordinates: list[Any] = parts if isinstance(region, MultiPolygon) else parts[0]
    identity = f"{number} {json.dumps(properties)} {json.dumps(coordinates)}"
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(_NAMESPACE, identity)),
        "geometry": {"type": region.geom_type, "coordinates": coordinates},
        "properties": properties,
    }


def _details(measurements: Mapping[str, float], metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the members that QuPath takes if they are there and chokes on if they are null."""
    details: dict[str, Any] = {}
    if measurements:
        details["measurements"] = {key: _json_number(value) for key, value in measurements.items()}
    if metadata:
        details["metadata"] = {key: str(value) for key, value in metadata.items()}
    return details


def _json_number(value: float) -> float | str:
    """Return a number as it stands in JSON: QuPath writes those that JSON lacks as texts."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _rounded(region: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Return a region on the grid of two decimals, valid; empty if it is smaller than that."""
    rounded = shapely.transform(region, lambda points: points.round(2))
    return rounded if rounded.is_valid else shapely.set_precision(region, PRECISION)


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [
        [[_short(x), _short(y)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)
    ]


def _short(value: float) -> float:
    number = round(value, 2)
    return int(number) if number.is_integer() else number
