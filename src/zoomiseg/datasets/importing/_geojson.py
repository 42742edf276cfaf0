"""GeoJSON as QuPath exports it, a file for each slide."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from zoomiseg.annotations import Annotation, Drawing, Plane, areas_of, read_geojson

from ._case import Case, Found
from ._folder import Folder
from ._matching import annotated, matched
from ._outlined import outlined

_ENDINGS = (".geojson", ".geojson.gz", ".geojson.zip")
_PLAIN = (".json", ".json.gz", ".json.zip")
"""Anything may be called so: taken only where a slide has its name."""
_USED = ("annotation", "detection")


class GeoJson:
    """QuPath's objects; cells, tiles and cores are none that outline a tumour."""

    name = "qupath"
    title = "GeoJSON of QuPath"

    def find(self, folder: Folder) -> Found:
        found = [path for path, name in folder.names.items() if name.endswith(_ENDINGS)]
        plain = [
            path
            for path, name in folder.names.items()
            if name.endswith(_PLAIN) and folder.slides_called(annotated(path), near=path)
        ]
        return matched(folder, (*found, *plain), _case, what="GeoJSON")


def _case(slide: Path, path: Path) -> Case:
    return Case(slide, (path,), outlined(path, _read))


def _read(path: Path) -> Drawing:
    annotations = read_geojson(path)
    left_out = Counter(reason for each in annotations if (reason := _reason(each)))
    used = [each for each in annotations if not _reason(each)]
    notices = [f"{path.name}: {count} {reason}: left out." for reason, count in left_out.items()]
    return Drawing(tuple(areas_of(used)), tuple(notices))


def _reason(annotation: Annotation) -> str | None:
    if annotation.object_type not in _USED:
        return f"of the type {annotation.object_type}"
    if (annotation.plane.z, annotation.plane.t) != (Plane().z, Plane().t):
        return "in another plane or at another time than the first"
    return f"without an area ({annotation.kind})" if annotation.kind != "area" else None
