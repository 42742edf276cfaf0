"""Slides and annotation files of every format, small and known to the pixel."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import tifffile
from PIL import Image
from shapely.geometry.base import BaseGeometry

from zoomiseg.geometry import Box
from zoomiseg.slide import write_pyramid

WIDTH, HEIGHT, MPP = 403, 302, 0.25  # the high grid has half as many pixels, rounded up: 202 x 151
SHAPE = (151, 202)
# No corner and no straight part meets a pixel's centre, which is at odd whole numbers.
OUTER = [(40.4, 30.6), (300.2, 50.8), (330.6, 250.2), (120.8, 270.4)]
HOLE = [(150.2, 100.4), (220.6, 110.8), (180.4, 180.6)]
ISLAND = [(350.4, 20.2), (390.6, 20.2), (390.6, 60.8), (350.4, 60.8)]
BOW_TIE = [(20.2, 200.4), (100.6, 280.8), (100.6, 200.4), (20.2, 280.8)]

Ring = Sequence[tuple[float, float]]


def tissue(box: Box) -> np.ndarray:
    y, x = np.mgrid[box.y : box.bottom, box.x : box.right].astype(np.float32)
    nests = 0.5 + 0.5 * np.sin(x / 41) * np.cos(y / 37)
    return np.stack([225 - 110 * nests, 160 - 110 * nests, 200 - 60 * nests], axis=2).astype(np.uint8)


def write_slide(path: Path, *, mpp: float = MPP, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """Write a pyramid; one that ends in .svs is Aperio's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    objective = 10 / mpp if path.suffix == ".svs" else None
    options = {"width": width, "height": height, "mpp": (mpp, mpp), "tile_size": 256}
    write_pyramid(path, tissue, kind="slide", objective=objective, **options)
    return path


def write_image(path: Path, *, width: int = 60, height: int = 40) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(tissue(Box(0, 0, width, height))).save(path)
    return path


def write_mask(path: Path, values: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
    return path


def centres_in(shape: BaseGeometry, *, step: float = 2.0, size: tuple[int, int] = SHAPE) -> np.ndarray:
    """Which pixels of a grid, each `step` slide pixels wide, have their centre in a shape, by GEOS."""
    y, x = np.mgrid[: size[0], : size[1]]
    return np.asarray(shapely.contains_xy(shape, (x + 0.5) * step, (y + 0.5) * step))


def polygon(ring: Ring, *holes: Ring) -> BaseGeometry:
    return shapely.Polygon(ring, holes)


def feature(geometry: dict[str, Any], class_: str | None = "Tumor", **properties: Any) -> dict[str, Any]:
    classification = {"classification": {"name": class_, "color": [200, 0, 0]}} if class_ else {}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"objectType": "annotation", **classification, **properties},
    }


def area(*rings: Ring, **more: Any) -> dict[str, Any]:
    closed = [[list(point) for point in (*ring, ring[0])] for ring in rings]
    return {"type": "Polygon", "coordinates": closed, **more}


def write_geojson(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def write_asap(path: Path, outlines: Iterable[tuple[str, Ring]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    outlines = list(outlines)
    annotations = "".join(
        f'<Annotation Name="{number}" Type="Polygon" PartOfGroup="{group}" Color="#F4FA58"><Coordinates>'
        + "".join(f'<Coordinate Order="{order}" X="{x}" Y="{y}"/>' for order, (x, y) in enumerate(ring))
        + "</Coordinates></Annotation>"
        for number, (group, ring) in enumerate(outlines)
    )
    groups = "".join(
        f'<Group Name="{group}" PartOfGroup="None" Color="#64FE2E"><Attributes/></Group>'
        for group in dict.fromkeys(group for group, _ in outlines)
    )
    path.write_text(
        f'<?xml version="1.0"?><ASAP_Annotations><Annotations>{annotations}</Annotations>'
        f"<AnnotationGroups>{groups}</AnnotationGroups></ASAP_Annotations>"
    )
    return path


def write_imagescope(
    path: Path, layers: Iterable[Iterable[tuple[Ring, bool]]], *, vertex: str = "Vertex"
) -> Path:
    """Write layers with the Ids 1, 2, ...; each region is a ring and whether it is negative."""
    text = ""
    for identity, regions in enumerate(layers, start=1):
        inner = "".join(
            f'<Region Id="{number}" Type="0" NegativeROA="{int(negative)}"><Attributes/><Vertices>'
            + "".join(f'<{vertex} X="{x}" Y="{y}" Z="0"/>' for x, y in ring)
            + "</Vertices></Region>"
            for number, (ring, negative) in enumerate(regions, start=1)
        )
        text += f'<Annotation Id="{identity}" Name=""><Attributes/><Regions>{inner}</Regions></Annotation>'
    path.write_text(f'<Annotations MicronsPerPixel="{MPP}">{text}</Annotations>')
    return path


def rows_of(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="") as stream:
        return list(csv.DictReader(stream))


def mask_of(manifest: Path, number: int = 0) -> np.ndarray:
    """The mask of a row, (H, W) bool, as another program reads it."""
    values = tifffile.imread(manifest.parent / rows_of(manifest)[number]["mask"], level=0)
    assert set(np.unique(values)) <= {0, 255}
    return values > 0
