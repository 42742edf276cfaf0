"""What the networks said: low canvas, high patches and settled regions, composed on their own two grids."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, Grids, low_crop_of

from ._blend import blend, blend_enlarged, newest, probability
from ._options import SessionOptions
from ._patches import CUBIC_REACH, HighPatch, Imported, LowPatch, Overlay, Painting, Settled, View
from ._predictions import Predictions
from ._resample import FloatArray, enlarge_nearest, resample, source_box, taps, tiles
from ._state import State

_LOW_BLOCK = PATCH_SIZE // SCALE_FACTOR
NumberArray = NDArray[np.int64]
_FOREVER = np.iinfo(np.int64).max


class Canvas:
    """Composes a class's predictions on the high or low grid; where classes meet, the newest has the pixel.

    Args:
        grids: The slide's grids.
        options: How seams are drawn.
        state: What there is.
        predictions: Its pixels.
    """

    def __init__(self, grids: Grids, options: SessionOptions, state: State, predictions: Predictions) -> None:
        self._grids = grids
        self._seam_px = options.seam_px
        self._state = state
        self._predictions = predictions

    def high(self, box: Box, class_: str) -> FloatArray:
        """Return the composition of a box of high pixels that lies on the slide."""
        aligned = _whole_low_pixels(box)
        values, numbers = self._composed(aligned, class_)
        for other in self._others(class_):
            if self._is_empty(aligned, other):
                continue
            theirs, their_numbers = self._composed(aligned, other)
            self._state.edits.hide(theirs, self._grids.high, aligned, other)
            values[_loses(values, numbers, theirs, their_numbers)] = 0
        return values[box.slices_in(aligned)]

    def low(self, box: Box, class_: str) -> FloatArray:
        """Return the composition of a box of low pixels that lies on the slide.

        It is the low canvas; where a high patch, settled or locked region lies over it, the average of the
        4 x 4 high pixels.
        """
        values = self._low_canvas(box, class_)
        for block in tiles(box, _LOW_BLOCK):
            over = self._overlaid(block)
            if over.any():
                place = block.slices_in(box)
                values[place] = np.where(over, self._averaged(block, class_), values[place])
        return values

    def boxes(self, class_: str) -> list[Box]:
        """Return boxes of high pixels outside of which the class is 0; they may overlap, or reach outside."""
        low = self._state.low.under(class_, self._grids.low.box)
        boxes = [patch.box.expanded(CUBIC_REACH).scaled(SCALE_FACTOR) for patch in low]
        boxes += [item.box for item in self._drawn_over(self._grids.high.box, class_)]
        boxes += [item.box for item in (self._state.imported.get(class_),) if item]
        return boxes + [
            lock.box for lock in self._state.locks.over(self._grids.high.box) if lock.view(class_)
        ]

    def is_empty(self, box: Box, class_: str) -> bool:
        """Say whether nothing of the class can be seen in a box of high pixels."""
        return self._is_empty(_whole_low_pixels(box), class_)

    def _others(self, class_: str) -> list[str]:
        return [other for other in self._state.classes() if other != class_]

    def _is_empty(self, aligned: Box, class_: str) -> bool:
        reach = low_crop_of(aligned).expanded(CUBIC_REACH)
        return not (
            self._state.low.under(class_, reach)
            or self._drawn_over(aligned, class_)
            or self._imported(class_, aligned)
            or any(lock.view(class_) for lock in self._state.locks.over(aligned))
        )

    def _drawn_over(self, box: Box, class_: str) -> list[Overlay]:
        """Return what covers the low canvas; a patch that was only opened does not."""
        over = self._state.overlays.over(class_, box)
        return [item for item in over if isinstance(item, Settled) or item.layer]

    def _overlaid(self, low_box: Box) -> NDArray[np.bool_]:
        over = np.zeros((low_box.height, low_box.width), np.bool_)
        high_box = low_box.scaled(SCALE_FACTOR)
        boxes = [lock.box for lock in self._state.locks.over(high_box)]
        for class_ in self._state.classes():
            boxes += [item.box for item in self._drawn_over(high_box, class_)]
        for box in boxes:
            common = low_crop_of(box).intersection(low_box)
            assert common is not None, "it was found by this box"
            over[common.slices_in(low_box)] = True
        return over

    def _averaged(self, low_box: Box, class_: str) -> FloatArray:
        high_grid = self._grids.high
        rows = taps(low_box.y, low_box.bottom, factor=SCALE_FACTOR, length=high_grid.height)
        columns = taps(low_box.x, low_box.right, factor=SCALE_FACTOR, length=high_grid.width)
        return resample(self.high(source_box(rows, columns), class_), rows=rows, columns=columns)

    def _low_canvas(self, box: Box, class_: str) -> FloatArray:
        values, numbers = self._blended(box, class_)
        for other in self._others(class_):
            theirs, their_numbers = self._blended(box, other)
            self._state.edits.hide(theirs, self._grids.low, box, other)
            values[_loses(values, numbers, theirs, their_numbers)] = 0
        return values

    def _blended(self, box: Box, class_: str) -> tuple[FloatArray, NumberArray]:
        patches = self._state.low.under(class_, box)
        pieces = self._predictions.pieces(tuple(patch.layer for patch in patches))
        values, numbers = blend(pieces, box), newest([(patch.box, patch.edited) for patch in patches], box)
        if (imported := self._imported(class_, box.scaled(SCALE_FACTOR))) is not None:
            started = self._predictions.imported(imported.start, self._grids.low, box)
            values = np.where(numbers > 0, values, started)
            numbers[numbers == 0] = imported.n
        return values, numbers

    def _imported(self, class_: str, high_box: Box) -> Imported | None:
        imported = self._state.imported.get(class_)
        return imported if imported and imported.box.intersection(high_box) else None

    def _composed(self, aligned: Box, class_: str) -> tuple[FloatArray, NumberArray]:
        """Return the probability of one class by itself, and which event made each pixel."""
        return self._viewed(self._state.view(class_, aligned), aligned, class_)

    def _viewed(self, view: View, aligned: Box, class_: str) -> tuple[FloatArray, NumberArray]:
        values = np.zeros((aligned.height, aligned.width), np.float32)
        numbers = np.zeros(values.shape, np.int64)
        for painting in view.paintings:
            if (clip := painting.clip.intersection(aligned)) is None:
                continue
            place = clip.slices_in(aligned)
            here = replace(painting, clip=clip)
            match painting.content:
                case Imported() as imported:
                    values[place] = self._predictions.imported(imported.start, self._grids.high, clip)
                    numbers[place] = imported.n
                case HighPatch() as patch:
                    self._paint_high(patch, here, values[place], numbers[place])
                case patches:
                    self._paint_low(patches, here, values[place], numbers[place])
        self._restore_locked(view, aligned, class_, values, numbers)
        return values, numbers

    def _restore_locked(
        self, view: View, aligned: Box, class_: str, values: FloatArray, numbers: NumberArray
    ) -> None:
        """Show what was locked, except where an event after all unlockings has made the pixel.

        Where locks overlap, the newest knew what the older ones showed.
        """
        locks = [(lock, common) for lock in view.locks if (common := lock.box.intersection(aligned))]
        newest_lock, until = np.full(values.shape, -1), np.zeros_like(numbers)
        for index, (lock, common) in enumerate(locks):
            place = common.slices_in(aligned)
            newest_lock[place] = index
            until[place] = np.maximum(until[place], _FOREVER if lock.until is None else lock.until)
        newest_lock[numbers > until] = -1
        for index, (lock, _) in enumerate(locks):
            own = newest_lock == index
            if not own.any():
                continue
            # No more than is needed: within it older locks may lie, and within theirs older ones.
            box = _around(own, aligned)
            place = box.slices_in(aligned)
            then = self._viewed(lock.view(class_) or View(), box, class_)
            values[place][own[place]], numbers[place][own[place]] = (each[own[place]] for each in then)

    def _paint_low(
        self, patches: tuple[LowPatch, ...], painting: Painting, values: FloatArray, numbers: NumberArray
    ) -> None:
        clip = painting.clip
        reach = low_crop_of(clip).expanded(CUBIC_REACH)
        seen = [patch for patch in patches if patch.box.intersection(reach)]
        if not seen:
            if not painting.seen_through:
                values[:], numbers[:] = 0, 0
            return
        pieces = self._predictions.pieces(tuple(patch.layer for patch in seen))
        drawn = blend_enlarged(pieces, clip, self._grids.low)
        made = enlarge_nearest(newest([(patch.box, patch.edited) for patch in seen], low_crop_of(clip)))
        own = made > 0 if painting.seen_through else np.ones_like(made, np.bool_)
        values[own], numbers[own] = drawn[own], made[own]

    def _paint_high(
        self, patch: HighPatch, painting: Painting, values: FloatArray, numbers: NumberArray
    ) -> None:
        assert patch.layer is not None, "a patch without a prediction paints nothing"
        rows, columns = painting.clip.slices_in(patch.box)
        own = probability(self._predictions.values(patch.layer)[rows, columns])
        if not painting.seen_through:
            values[:], numbers[:] = own, patch.edited
            return
        alpha = self._alpha(patch.box)[rows, columns]
        # Where alpha is 1 or 0 this gives the one or the other to the bit.
        values[:] = values * (1 - alpha) + own * alpha
        numbers[alpha >= 0.5] = patch.edited

    def _alpha(self, box: Box) -> FloatArray:
        grid = self._grids.high
        columns = _ramp(self._seam_px, box.x > 0, box.right < grid.width)
        rows = _ramp(self._seam_px, box.y > 0, box.bottom < grid.height)
        return rows[:, None] * columns[None, :]


def _loses(
    values: FloatArray, numbers: NumberArray, theirs: FloatArray, their_numbers: NumberArray
) -> NDArray[np.bool_]:
    """Say where a class's pixel belongs to another class, whose edit is newer."""
    return (values >= 0.5) & (theirs >= 0.5) & (their_numbers > numbers)


@cache
def _ramp(seam_px: int, begins: bool, ends: bool) -> FloatArray:
    """Return a patch's opacity along one axis: rising over the seam from each border that is on the slide."""
    distance = np.arange(PATCH_SIZE) + 0.5
    rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(distance / seam_px, 1))
    ramp = np.ones(PATCH_SIZE, np.float32)
    if begins:
        ramp *= rise.astype(np.float32)
    if ends:
        ramp *= rise[::-1].astype(np.float32)
    return ramp


def _around(mask: NDArray[np.bool_], aligned: Box) -> Box:
    """Return the whole low pixels around what is set in a mask of an aligned box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = aligned.x + int(columns[0]), aligned.y + int(rows[0])
    right, bottom = aligned.x + int(columns[-1]) + 1, aligned.y + int(rows[-1]) + 1
    return _whole_low_pixels(Box(x, y, right - x, bottom - y))


def _whole_low_pixels(box: Box) -> Box:
    x, y = box.x // SCALE_FACTOR * SCALE_FACTOR, box.y // SCALE_FACTOR * SCALE_FACTOR
    right, bottom = -(-box.right // SCALE_FACTOR), -(-box.bottom // SCALE_FACTOR)
    return Box(x, y, right * SCALE_FACTOR - x, bottom * SCALE_FACTOR - y)
