"""A strict checker of what QuPath 0.4 to 0.8 reads without loss, written apart from our writer."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

AREA_DEPTH = {"Polygon": 1, "MultiPolygon": 2}
ALLOWED = {"objectType", "classification", "name", "measurements", "metadata", "isLocked"}


def check(text: str) -> list[dict]:
    """Return the features of a file's text, or fail with the rule that it breaks."""
    collection = json.loads(
        text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_twins
    )
    _no_null(collection)
    assert collection["type"] == "FeatureCollection"
    assert set(collection) == {"type", "features"}
    ids = [_feature(feature) for feature in collection["features"]]
    assert len(set(ids)) == len(ids), "ids repeat"
    return json.loads(text)["features"]


def _feature(feature: dict) -> str:
    assert set(feature) == {"type", "id", "geometry", "properties"}
    assert feature["type"] == "Feature"
    assert str(uuid.UUID(feature["id"])) == feature["id"], "an id that is no UUID is dropped"
    geometry = feature["geometry"]
    rings = geometry["coordinates"]
    if AREA_DEPTH[geometry["type"]] == 2:
        rings = [ring for polygon in rings for ring in polygon]
    for ring in rings:
        _ring(ring)
    _properties(feature["properties"])
    return feature["id"]


def _ring(ring: list) -> None:
    assert len(ring) >= 4, "a ring needs four positions"
    assert ring[0] == ring[-1], "an open ring throws the file away"
    for position in ring:
        assert len(position) == 2
        for value in map(Decimal, position):
            assert value.as_tuple().exponent >= -2, "more than two decimals"
            assert not str(value).endswith(".0"), "10 is written as 10"


def _properties(properties: dict) -> None:
    assert set(properties) <= ALLOWED, "QuPath drops what it does not know"
    assert properties["objectType"] == "annotation"
    classification = properties["classification"]
    assert set(classification) == {"name", "color"}, "a name without a color throws the file away"
    assert isinstance(classification["name"], str)
    assert len(classification["color"]) == 3
    assert all(isinstance(part, int) and 0 <= part <= 255 for part in classification["color"])
    for value in properties.get("measurements", {}).values():
        assert isinstance(value, int | Decimal) or value in {"NaN", "Infinity", "-Infinity"}
    for value in properties.get("metadata", {}).values():
        assert isinstance(value, str)


def _no_null(value) -> None:
    assert value is not None, "null throws the file away"
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _no_null(member)


def _no_twins(pairs: list[tuple]) -> dict:
    assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
