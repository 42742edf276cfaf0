"""Areas of a session's classes, and of the tissue that they lie in."""

from __future__ import annotations

from zoomiseg.export import mask_area_mm2, region_of_session
from zoomiseg.geometry import Box, Grid
from zoomiseg.session import DEFAULT_CLASS, Session
from zoomiseg.slide import Slide, tissue_mask

from ._shapes import ClassMeasure, Measures

_BLOCK = 2048


def tissue_mm2(slide: Slide) -> float:
    """Return the area of the tissue on a slide; reads an overview of all of it."""
    tissue = tissue_mask(slide)
    return mask_area_mm2(int(tissue.mask.sum()), tissue.grid.mpp)


def measures_of(session: Session, *, tissue: float) -> Measures:
    """Return the areas of all classes that have anything.

    Args:
        session: Read where it has any mask.
        tissue: In mm².
    """
    names = session.classes or (DEFAULT_CLASS,)
    areas = [(name, _area_mm2(session, name)) for name in names]
    return Measures(
        revision=session.revision,
        tissue_mm2=tissue,
        classes=[
            ClassMeasure(name=name, area_mm2=area, share_of_tissue=area / tissue if tissue else None)
            for name, area in areas
        ],
    )


def _area_mm2(session: Session, class_: str) -> float:
    region = region_of_session(session, class_=class_)
    for block in _blocks(session.touched(class_=class_), region.grid):
        region.read(block)
    return region.area_mm2


def _blocks(touched: list[Box], grid: Grid) -> list[Box]:
    """Return blocks that do not overlap and cover boxes that may."""
    corners = {
        (column, row)
        for box in touched
        for column in range(box.x // _BLOCK, -(-box.right // _BLOCK))
        for row in range(box.y // _BLOCK, -(-box.bottom // _BLOCK))
    }
    blocks = (Box(x * _BLOCK, y * _BLOCK, _BLOCK, _BLOCK).intersection(grid.box) for x, y in sorted(corners))
    return [block for block in blocks if block]
