"""GeoJSON as QuPath exports it, a file for each slide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoomiseg.annotations import Annotation, Drawing, Plane, areas_of, read_geojson
from zoomiseg.slide import Slide

from ._case import Case, Found, ImportOptions, Truth
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
    @contextmanager
    def open_it(opened: Slide, options: ImportOptions) -> Iterator[Truth]:
        # The slide tells where QuPath's origin is, and it is open only now.
        with outlined(path, lambda file: _moved(_read(file), opened, file.name))(opened, options) as truth:
            yield truth

    return Case(slide, (path,), open_it)


def _moved(drawing: Drawing, slide: Slide, name: str) -> Drawing:
    """Return a drawing in pixels of the whole level 0, of which QuPath shows only what was scanned."""
    x, y = slide.bounds_origin
    if (x, y) == (0, 0):
        return drawing
    offset = np.array([x, y], np.float64)
    areas = tuple(replace(area, rings=tuple(ring + offset for ring in area.rings)) for area in drawing.areas)
    notice = (
        f"{name}: what was scanned of {slide.path.name} begins at ({x}, {y}), where QuPath has its origin: "
        "the outlines were moved by so many pixels."
    )
    return Drawing(areas, (*drawing.notices, notice))


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
