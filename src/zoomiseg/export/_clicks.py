"""Files of clicks: our own, and points drawn in QuPath."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, cast

import shapely

from zoomiseg.annotations import Annotation, clipped, read_geojson, refuse
from zoomiseg.errors import AnnotationError, ClickOutside
from zoomiseg.geometry import Click, ScaleName

from ._atomic import write_text
from ._write import TUMOR_COLOR, collection_text

SCALES = ("low", "high")
LABELS: dict[Any, int] = {"tumour": 1, "tumor": 1, "background": -1, 1: 1, -1: -1, "+1": 1, "1": 1, "-1": -1}
CLASSES = {"Tumor": 1, "Positive": 1, "Stroma": -1, "Other": -1, "Negative": -1}
IGNORED_CLASSES = "Ignore"
"""QuPath's own class is called "Ignore*"; whatever begins so is background."""

_LABEL_REMEDY = 'It is "tumour" or "background", or 1 or -1.'
_CLASS_REMEDY = "Tumor and Positive are tumour; Stroma, Other, Negative and Ignore* are background."
_NEGATIVE_COLOR = (112, 112, 225)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "clicks.zoomiseg")


@dataclass(frozen=True, slots=True)
class PlacedClick:
    """A click and the scale at which it was made."""

    click: Click
    scale: ScaleName


def read_clicks(path: str | PathLike[str], *, width: int, height: int) -> list[PlacedClick]:
    """Return the clicks of a GeoJSON file in the order of clicking.

    Args:
        path: GeoJSON points with the properties `label`, `scale` (missing: low) and perhaps `order`, or
            points that QuPath exported, which have classes instead of labels.
        width: Of the slide, in level-0 pixels.
        height: Likewise.

    Raises:
        AnnotationError: The file cannot be read, has no clicks, or one of unknown label, scale or order.
        ClickOutside: A click beyond the slide; names its number, place and the slide's size.
    """
    path = Path(path)
    annotations = _in_order(read_geojson(path), path.name)
    clicks = [click for annotation in annotations for click in _clicks_of(annotation, path.name)]
    if not clicks:
        raise AnnotationError(f"{path.name} holds no clicks.", hint="Put at least one point into it.")
    for number, placed in enumerate(clicks, start=1):
        x, y = placed.click.slide_xy
        if not (0 <= x < width and 0 <= y < height):
            raise ClickOutside(
                f"{path.name}: click {number} at ({x:.10g}, {y:.10g}) lies outside the slide, "
                f"which has {width} x {height} pixels.",
                hint="Coordinates are level-0 pixels from the slide's top left corner.",
            )
    return clicks


def write_clicks(path: str | PathLike[str], clicks: Sequence[PlacedClick]) -> None:
    """Write clicks as GeoJSON that `read_clicks` takes back exactly and QuPath shows as classified points.

    Raises:
        OutputError: The file cannot be written.
    """
    write_text(Path(path), collection_text(_feature(order, placed) for order, placed in enumerate(clicks, 1)))


def _in_order(annotations: list[Annotation], file_name: str) -> list[Annotation]:
    """Return features by `properties.order` where they have it, else as they stand; equals stay."""
    ordered = [annotation for annotation in annotations if "order" in annotation.properties]
    if not ordered:
        return annotations
    if len(ordered) < len(annotations):
        missing = next(annotation for annotation in annotations if "order" not in annotation.properties)
        refuse(
            f"{file_name}: {missing.place}", "has no order, but others have", "Number all of them or none."
        )
    return sorted(annotations, key=lambda annotation: _order(annotation, file_name))


def _order(annotation: Annotation, file_name: str) -> float:
    order = annotation.properties["order"]
    if isinstance(order, bool) or not isinstance(order, int | float) or not -math.inf < order < math.inf:
        refuse(f"{file_name}: {annotation.place}", f"has the order {clipped(order)}", "It is a number.")
    return cast(float, order)


def _clicks_of(annotation: Annotation, file_name: str) -> list[PlacedClick]:
    place = f"{file_name}: {annotation.place}"
    if annotation.kind != "points":
        found = annotation.geometry.geom_type if annotation.kind != "empty" else "feature without points"
        refuse(place, f"is a {found}", "Clicks are points; export only these.")
    label, scale = _label(annotation, place), _scale(annotation, place)
    points = shapely.get_coordinates(annotation.geometry).tolist()
    return [PlacedClick(Click(x, y, label), scale) for x, y in points]


def _label(annotation: Annotation, place: str) -> int:
    if "label" in annotation.properties:
        label = annotation.properties["label"]
        if isinstance(label, bool | list | dict) or label not in LABELS:
            refuse(place, f"has the label {clipped(label)}", _LABEL_REMEDY)
        return LABELS[label]
    name = annotation.class_name
    if name is None:
        refuse(place, "has neither a label nor a class", _LABEL_REMEDY)
    if name.startswith(IGNORED_CLASSES):
        return -1
    if name not in CLASSES:
        refuse(place, f"has the class {name!r}, which says neither tumour nor background", _CLASS_REMEDY)
    return CLASSES[name]


def _scale(annotation: Annotation, place: str) -> ScaleName:
    scale = annotation.properties.get("scale", "low")
    if scale not in SCALES:
        refuse(place, f"has the scale {clipped(scale)}", 'It is "low" or "high"; left out, it is low.')
    return cast(ScaleName, scale)


def _feature(order: int, placed: PlacedClick) -> dict[str, Any]:
    click = placed.click
    name, color = ("Tumor", TUMOR_COLOR) if click.label == 1 else ("Negative", _NEGATIVE_COLOR)
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(_NAMESPACE, f"{order} {click!r} {placed.scale}")),
        "geometry": {"type": "Point", "coordinates": [click.x, click.y]},
        "properties": {
            "objectType": "annotation",
            "classification": {"name": name, "color": list(color)},
            "label": "tumour" if click.label == 1 else "background",
            "scale": placed.scale,
            "order": order,
        },
    }
