"""An outlined region of a slide, whatever program outlined it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError

from ._annotation import Annotation
from ._shapes import MAX_COORDINATE

Points = NDArray[np.float64]
LEAST_POINTS = 3


@dataclass(frozen=True)
class Area:
    """One region.

    Args:
        place: Where it stands in its file, for messages.
        rings: Outlines and holes, each (N, 2) float64 x and y in slide pixels (level 0), not closed.
        class_name: What it outlines, groups joined from the outermost as "Tumor: Viable"; None without.
        cut: Whether the file says that it is taken away from the other areas of its class.
        winds: Inside is what a ring winds around at all; otherwise even-odd, which knows holes.
    """

    place: str
    rings: tuple[Points, ...]
    class_name: str | None = None
    cut: bool = False
    winds: bool = True


@dataclass(frozen=True)
class Drawing:
    """What a file outlines.

    Args:
        areas: In the file's order.
        notices: Sentences that a user should read: what has no area, or was read in another way.
    """

    areas: tuple[Area, ...]
    notices: tuple[str, ...] = ()


def areas_of(annotations: Iterable[Annotation]) -> Iterator[Area]:
    """Yield the areas of GeoJSON annotations, part by part; points and lines have none."""
    for annotation in annotations:
        if annotation.kind != "area":
            continue
        for part in shapely.get_parts(annotation.geometry):
            if not part.is_empty:
                rings = [shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors)]
                yield Area(annotation.place, tuple(rings), annotation.class_name, winds=False)


def ring_of(points: Sequence[tuple[float, float]], place: str) -> Points:
    """Return points as a ring, a repeated first point left out.

    Raises:
        AnnotationError: A coordinate is not finite, or no pixel of any slide.
    """
    ring = np.array(points, np.float64).reshape(-1, 2)
    if not np.all(np.abs(ring) <= MAX_COORDINATE):
        raise AnnotationError(
            f"{place} has a point that lies on no slide.", hint="Coordinates are finite pixels of level 0."
        )
    return ring[:-1] if len(ring) > 1 and np.array_equal(ring[0], ring[-1]) else ring


def rectangle(corners: Points) -> Points:
    """Return the four corners of the box around some points."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def ellipse(corners: Points, *, points: int = 512) -> Points:
    """Return the ellipse in the box around some points, as a ring of so many."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    unit = np.column_stack((np.cos(angle), np.sin(angle)))
    return np.asarray((low + high) / 2 + (high - low) / 2 * unit)
