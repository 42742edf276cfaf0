"""A mask to be exported, wherever it comes from: its pixels, its grid, and what to say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoomiseg.annotations import Annotation
from zoomiseg.errors import AnnotationError, SessionError
from zoomiseg.geometry import Box, Grid, Grids, grids_of
from zoomiseg.session import DEFAULT_CLASS, Session
from zoomiseg.slide import Mask

from ._growing import MaskReader
from ._measure import mask_area_mm2
from ._raster import GeoJsonMask

SLIDE_KEY = "zoomiseg:slide"
_ASPECT_TOLERANCE = 0.01
_LARGEST_SIDE_PX = 2_000_000


@dataclass
class MaskRegion:
    """A binary mask on a grid of a slide. Counts its pixels as they are read, so that the area costs no pass.

    Args:
        grid: The mask's pixels, and their way to slide pixels (level 0).
        source: Answers a box inside the grid with its (H, W) mask.
        slide_mpp: What a level-0 pixel measures, in µm, (x, y).
        metadata: Texts that an export carries.
        class_name: What the mask outlines, as QuPath calls it.
    """

    grid: Grid
    source: MaskReader
    slide_mpp: tuple[float, float]
    metadata: Mapping[str, str] = field(default_factory=dict)
    class_name: str = "Tumor"
    pixels: int = 0

    def read(self, box: Box) -> NDArray[np.bool_]:
        """Return the mask of a box in grid pixels, (H, W) bool, and count what is in it."""
        mask: NDArray[np.bool_] = np.asarray(self.source(box), np.uint8) > 0
        self.pixels += int(np.count_nonzero(mask))
        return mask

    @property
    def area_mm2(self) -> float:
        """Of what was read so far, on glass."""
        return mask_area_mm2(self.pixels, self.grid.mpp)


def region_of_session(session: Session, *, class_: str = DEFAULT_CLASS) -> MaskRegion:
    """Return the mask of one class as the session shows it now, on the high grid.

    Raises:
        SessionError: The session has other classes, and not this one.
    """
    slide = session.slide
    if class_ not in (DEFAULT_CLASS, *session.classes):
        raise SessionError(
            f"The session has no class {class_!r}.", hint=f"It has: {', '.join(session.classes) or 'none'}."
        )
    metadata = {
        "revision": str(session.revision),
        "weights": f"{session.predictors.name} {session.predictors.weights_sha256[:12]}",
        **_slide_facts(slide.grids, slide.name),
    }

    def read(box: Box) -> NDArray[np.bool_]:
        return session.read_mask_high(box, class_=class_)

    name = "Tumor" if class_ == DEFAULT_CLASS else class_
    return MaskRegion(slide.grids.high, read, slide.mpp, metadata, name)


def region_of_mask(mask: Mask, grids: Grids) -> MaskRegion:
    """Return a mask file as a region of its slide.

    Args:
        mask: An open mask, of any size with the slide's aspect.
        grids: Of its slide.
    Raises:
        AnnotationError: The mask's aspect is not the slide's within 1%.
    """
    return MaskRegion(_grid_under(mask, grids), mask.foreground, grids.mpp, _slide_facts(grids))


def region_of_bare_mask(mask: Mask, *, mpp: tuple[float, float]) -> MaskRegion:
    """Return a mask file without its slide: its own pixels stand for the slide's.

    Args:
        mask: An open mask.
        mpp: What one of its pixels measures, in µm, (x, y).
    """
    return MaskRegion(Grid((1.0, 1.0), mask.width, mask.height, mpp), mask.foreground, mpp)


def region_of_annotations(
    annotations: list[Annotation], path: Path, grids: Grids | None, *, class_name: str | None = None
) -> MaskRegion:
    """Return the areas of a GeoJSON file as a region on the high grid of its slide.

    Args:
        annotations: What `read_geojson` returned.
        path: The file, for messages.
        grids: Of the slide; None asks the file, which knows it if ZoomISEG wrote it.
        class_name: Only areas of this class; None takes all.
    Raises:
        AnnotationError: Nobody says how large the slide is, or the file has no area.
    """
    areas = [each for each in annotations if each.kind == "area"]
    if not areas and annotations:
        raise AnnotationError(
            f"{path.name} has no area, only points or lines.", hint="Export the regions themselves."
        )
    if class_name is not None:
        areas = [each for each in areas if each.class_name == class_name]
        if not areas:
            raise AnnotationError(f"{path.name} has no area of the class {class_name!r}.")
    frame = grids or _recorded(annotations)
    if frame is None:
        raise AnnotationError(
            f"{path.name} does not say how large its slide is.", hint="Name the slide with --slide."
        )
    name = areas[0].class_name if areas else None
    source = GeoJsonMask(areas, frame.high).read
    return MaskRegion(frame.high, source, frame.mpp, _slide_facts(frame), name or "Tumor")


def _grid_under(mask: Mask, grids: Grids) -> Grid:
    """Return the slide's own grid of the mask's size, else one that stretches the mask over the slide."""
    for grid in (grids.high, grids.slide, grids.low):
        if (grid.width, grid.height) == (mask.width, mask.height):
            return grid
    x, y = grids.width / mask.width, grids.height / mask.height
    if abs(x / y - 1) > _ASPECT_TOLERANCE:
        raise AnnotationError(
            f"{mask.path.name} is {mask.width} x {mask.height} and its slide {grids.width} x {grids.height}: "
            "a mask must have its slide's aspect within 1%."
        )
    return Grid((x, y), mask.width, mask.height, (grids.mpp[0] * x, grids.mpp[1] * y))


def _slide_facts(grids: Grids, name: str | None = None) -> dict[str, str]:
    """Return the text by which `_recorded` knows the slide of a GeoJSON file again."""
    facts = {"width": grids.width, "height": grids.height, "mpp": list(grids.mpp)}
    return {SLIDE_KEY: json.dumps({"name": name, **facts} if name else facts)}


def _recorded(annotations: list[Annotation]) -> Grids | None:
    for annotation in annotations:
        metadata = annotation.properties.get("metadata")
        text = metadata.get(SLIDE_KEY) if isinstance(metadata, Mapping) else None
        if isinstance(text, str):
            try:
                return _grids_from(json.loads(text))
            except (ValueError, KeyError, TypeError, IndexError, OverflowError):
                return None
    return None


def _grids_from(facts: Any) -> Grids:
    width, height = int(facts["width"]), int(facts["height"])
    if not (0 < width <= _LARGEST_SIDE_PX and 0 < height <= _LARGEST_SIDE_PX):
        raise ValueError(f"{width} x {height} is no size of a slide.")
    return grids_of(width, height, (facts["mpp"][0], facts["mpp"][1]))
