"""The half of a session that starts from a mask that was made elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError
from zoomiseg.geometry import Box, Grids

from ._drawing import DrawableSession, PointSequence
from ._events import DEFAULT_CLASS
from ._imports import ImportStore, MaskSource, StoredMask
from ._log import EventLog
from ._options import SessionOptions
from ._payloads import MaskImported, PolygonDrawn, points_of
from ._predictions import Predictions
from ._shapes import MaskArray, mask_of, slide_box_of
from ._sources import SlideSource
from ._state import State
from ._views import Change

_ASPECT_TOLERANCE = 0.01


class StartedSession(DrawableSession):
    """Imported masks: what a class shows where nothing was predicted, and what first clicks there start from.

    Args:
        slide: The open slide.
        options: How canvases are laid out and composed.
        state: An empty state.
        predictions: Gives the pixels of layers.
        imports: Where imported masks are kept.
        log: The event log; its events are taken in here.
        author: Who operates.

    Raises:
        SessionError: The log holds events that this version cannot replay.
    """

    def __init__(
        self,
        slide: SlideSource,
        options: SessionOptions,
        state: State,
        predictions: Predictions,
        *,
        imports: ImportStore,
        log: EventLog,
        author: str,
    ) -> None:
        super().__init__(slide, options, state, predictions, log=log, author=author)
        self._imports = imports
        for imported in state.imported.values():
            imports.get(imported.start.id)  # a lost file is told on opening

    def import_mask(
        self,
        mask: NDArray[Any] | MaskSource,
        *,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Start a class from a mask of the whole slide; a later import of the class takes its place.

        It lies under everything that was or will be predicted or drawn.

        Args:
            mask: At any resolution, above 0 inside: an array (H, W), or what is read box by box.
            class_: What it outlines.
            op_id: The same id again is the same import.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            AnnotationError: It has another aspect than the slide, or is empty.
            OutputError: It cannot be saved; nothing has changed.
            RevisionConflict: As for `click`.
        """
        source = _ArrayMask(mask) if isinstance(mask, np.ndarray) else mask
        _require_aspect(source, self.slide)
        sha256, stored = self._imports.put(source)
        if not stored.box.area:
            raise AnnotationError("The imported mask is empty.")
        payload = MaskImported(sha256, _slide_box(stored, self.slide))
        return self._perform(payload, class_, op_id, revision)

    def import_polygons(
        self,
        polygons: Sequence[Sequence[PointSequence]],
        *,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Start a class from areas, as a mask of the high scale.

        Args:
            polygons: Each a list of rings, outlines and holes, of (x, y) in slide pixels.
            class_: What they outline.
            op_id: The same id again is the same import.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            AnnotationError: They have no pixel on the slide.
            SessionError: One has no ring of three points.
            OutputError, RevisionConflict: As for `import_mask`.
        """
        drawn = [PolygonDrawn(tuple(points_of(ring) for ring in rings), "add") for rings in polygons]
        mask = _PolygonMask(drawn, self.slide.grids)
        return self.import_mask(mask, class_=class_, op_id=op_id, revision=revision)


class _ArrayMask:
    """An array as a source."""

    def __init__(self, values: NDArray[Any]) -> None:
        if values.ndim != 2:
            raise AnnotationError(f"A mask has two dimensions, got {values.ndim}.")
        self.height, self.width = values.shape
        self._values = values

    def read(self, box: Box) -> NDArray[Any]:
        return self._values[box.y : box.bottom, box.x : box.right]


class _PolygonMask:
    """The union of polygons on the high grid."""

    def __init__(self, drawn: Sequence[PolygonDrawn], grids: Grids) -> None:
        self._grid = grids.high
        self.width, self.height = self._grid.width, self._grid.height
        boxes = ((each, slide_box_of(each, grids)) for each in drawn)
        self._drawn = [(each, self._grid.covering(box)) for each, box in boxes if box]

    def read(self, box: Box) -> MaskArray:
        out = np.zeros((box.height, box.width), np.bool_)
        for each, around in self._drawn:
            if common := around.intersection(box):
                out[common.slices_in(box)] |= mask_of(each, self._grid, common)
        return out


def _require_aspect(mask: MaskSource, slide: SlideSource) -> None:
    stretch = mask.width * slide.height / max(mask.height * slide.width, 1)
    if abs(stretch - 1) > _ASPECT_TOLERANCE:
        raise AnnotationError(
            f"The mask of {mask.width} x {mask.height} pixels has another aspect than the slide of "
            f"{slide.width} x {slide.height}."
        )


def _slide_box(stored: StoredMask, slide: SlideSource) -> Box:
    box = stored.box
    x, y = box.x * slide.width // stored.width, box.y * slide.height // stored.height
    right = -(-box.right * slide.width // stored.width)
    bottom = -(-box.bottom * slide.height // stored.height)
    return Box(x, y, right - x, bottom - y)
