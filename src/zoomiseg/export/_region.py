"""A mask to be exported, wherever it comes from: its pixels, its grid, and what to say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError
from zoomiseg.geometry import Box, Grid, Grids, grids_of
from zoomiseg.session import DEFAULT_CLASS, Session
from zoomiseg.slide import Mask

from ._annotation import Annotation
from ._measure import mask_area_mm2
from ._polygons import MaskReader
from ._raster import GeoJsonMask

SLIDE_KEY = "zoomiseg:slide"


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
    """Return the mask of one class as the session shows it now, on the high grid."""
    slide = session.slide
    facts = {"name": slide.name, "width": slide.width, "height": slide.height, "mpp": list(slide.mpp)}
    metadata = {
        "revision": str(session.revision),
        "weights": f"{session.predictors.name} {session.predictors.weights_sha256[:12]}",
        SLIDE_KEY: json.dumps(facts),
    }

    def read(box: Box) -> NDArray[np.bool_]:
        return session.read_mask_high(box, class_=class_)

    name = "Tumor" if class_ == DEFAULT_CLASS else class_
    return MaskRegion(slide.grids.high, read, slide.mpp, metadata, name)


def region_of_mask(mask: Mask, grids: Grids | None, *, mpp: tuple[float, float]) -> MaskRegion:
    """Return a mask file as a region of its slide.

    Args:
        mask: An open mask, of any size with the slide's aspect.
        grids: Of its slide; None takes the mask's own pixels for the slide's.
        mpp: What a mask pixel measures; used without `grids`.
    Raises:
        AnnotationError: The mask's aspect is not the slide's within 1%.
    """
    if grids is None:
        grid = Grid((1.0, 1.0), mask.width, mask.height, mpp)
        return MaskRegion(grid, mask.foreground, mpp)
    x, y = grids.width / mask.width, grids.height / mask.height
    if abs(x / y - 1) > 0.01:
        raise AnnotationError(
            f"{mask.path.name} is {mask.width} x {mask.height} and its slide {grids.width} x {grids.height}: "
            "a mask must have its slide's aspect within 1%."
        )
    grid = Grid((x, y), mask.width, mask.height, (grids.mpp[0] * x, grids.mpp[1] * y))
    return MaskRegion(grid, mask.foreground, grids.mpp)


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
    areas = [each for each in annotations if each.kind == "area" and class_name in (None, each.class_name)]
    if not areas and annotations:
        raise AnnotationError(
            f"{path.name} has no area, only points or lines.", hint="Export the regions themselves."
        )
    frame = grids or _recorded(annotations)
    if frame is None:
        raise AnnotationError(
            f"{path.name} does not say how large its slide is.", hint="Name the slide with --slide."
        )
    name = areas[0].class_name if areas else None
    return MaskRegion(frame.high, GeoJsonMask(areas, frame.high).read, frame.mpp, {}, name or "Tumor")


def _recorded(annotations: list[Annotation]) -> Grids | None:
    for annotation in annotations:
        metadata = annotation.properties.get("metadata")
        text = metadata.get(SLIDE_KEY) if isinstance(metadata, Mapping) else None
        if isinstance(text, str):
            try:
                facts = json.loads(text)
                return grids_of(int(facts["width"]), int(facts["height"]), (facts["mpp"][0], facts["mpp"][1]))
            except (ValueError, KeyError, TypeError, IndexError):
                return None
    return None
