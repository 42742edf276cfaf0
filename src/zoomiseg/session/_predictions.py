"""Layers as pixels: taken from the store, or predicted in the order that they depend on each other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from zoomiseg.adapt import Foretold, helps
from zoomiseg.geometry import (
    PATCH_SIZE,
    SCALE_FACTOR,
    Box,
    Click,
    Grid,
    PatchFrame,
    ScaleName,
    low_crop_of,
)
from zoomiseg.predict import AheadPredictor, Interrupted, Patch, Predictor, interruptible

from ._blend import Piece, blend_enlarged, covered, probability
from ._imports import ImportStore
from ._layers import Choice, Clicked, Layer, LowView, Start, Trial
from ._resample import FloatArray
from ._sources import LearningPredictor, PredictorPair, SlideSource
from ._store import ByteArray, LayerStore

if TYPE_CHECKING:
    from zoomiseg.adapt import Remembered
    from zoomiseg.predict import ImageArray

Progress = Callable[[int, int], None]
# 25 kB each.
_PLACES_KEPT = 256
# Of 255ths, the first that is shown as target.
_HALF = 128


class Predictions:
    """Gives the pixels of any layer, to any thread; only who needs what is not stored waits for a network.

    Args:
        slide: Where patch images are read.
        predictors: The networks.
        store: Where predicted layers are kept.
        imports: Where imported masks are kept.
        images: How many patch images, of 3 MB each, are held at most.
        on_progress: Told (done, all) after each of several layers that are predicted in a row.
    """

    def __init__(
        self,
        slide: SlideSource,
        predictors: PredictorPair,
        store: LayerStore,
        *,
        imports: ImportStore,
        images: int,
        on_progress: Progress | None,
    ) -> None:
        self._slide = slide
        self._predictors = predictors
        self._store = store
        self._imports = imports
        self._images: OrderedDict[tuple[ScaleName, Box], ImageArray] = OrderedDict()
        self._image_limit = images
        # A pair of booleans for each click of a guarded session.
        self._trials: dict[tuple[str, Click], Foretold] = {}
        self._places: OrderedDict[tuple[ScaleName, Clicked], Remembered] = OrderedDict()
        self._on_progress = on_progress
        # A prediction may find that what it starts from is gone too, and predict that first.
        self._predicting = threading.RLock()
        self._holding = threading.Lock()

    def values(self, layer: Layer) -> ByteArray:
        """Return a layer, (1024, 1024) uint8, 255 for probability 1; predict it where it is not stored.

        Raises:
            SlideError: The slide cannot be read.
        """
        values = self._store.get(layer.id)
        if values is not None:
            return values
        missing = self._missing(layer)
        for done, each in enumerate(missing, start=1):
            with self._predicting:
                values = self._stored_or_predicted(each)
            if self._on_progress and len(missing) > 1:
                self._on_progress(done, len(missing))
        assert values is not None, "a layer that is not stored is missing itself"
        return values

    def steps(self, layer: Layer, *, wanted: Callable[[], bool]) -> Iterator[None]:
        """Predict a layer where it is not stored, with a pause after each answer of a network.

        Args:
            layer: What will be asked for.
            wanted: Whether there is something else to do first; then there is a pause as soon as can be.

        Raises:
            SlideError: The slide cannot be read.
        """
        for each in self._missing(layer):
            learning = cast("LearningPredictor", self._predictor(each.scale))
            for clicked in each.memory:
                yield from self._patiently(partial(self._remembered, learning, each.scale, clicked), wanted)
            yield from self._patiently(partial(self._stored_or_predicted, each), wanted)

    def _patiently(self, work: Callable[[], object], wanted: Callable[[], bool]) -> Iterator[None]:
        done = False
        while not done:
            with suppress(Interrupted), self._predicting, interruptible(wanted):
                work()
                done = True
            yield

    def pieces(self, layers: tuple[Layer, ...]) -> list[Piece]:
        return [(layer.box, self.values(layer)) for layer in layers]

    def frame(self, scale: ScaleName, box: Box) -> PatchFrame:
        return PatchFrame(self._slide.grids.of(scale), box)

    def read_patch(self, scale: ScaleName, box: Box) -> Patch:
        """Return a patch's image, from memory where it was read before.

        Raises:
            SlideError: The slide cannot be read.
        """
        frame, key = self.frame(scale, box), (scale, box)
        with self._holding:
            image = self._images.get(key)
        if image is None:
            image = self._slide.read(box, frame.grid)
        with self._holding:
            self._images[key] = image
            self._images.move_to_end(key)
            while len(self._images) > self._image_limit:
                self._images.popitem(last=False)
        return Patch(image, frame)

    def look_ahead(self, scale: ScaleName, box: Box) -> None:
        """Read a patch, and do what its network can do before there is a click.

        Raises:
            SlideError: The slide cannot be read.
        """
        predictor = self._predictor(scale)
        patch = self.read_patch(scale, box)
        if isinstance(predictor, AheadPredictor):
            predictor.look_at(patch)
        self._store.prepare()

    def _predictor(self, scale: ScaleName) -> Predictor:
        return self._predictors.low if scale == "low" else self._predictors.high

    def _missing(self, layer: Layer) -> list[Layer]:
        """Return what has to be predicted for a layer, what others depend on first, itself last."""
        found: dict[str, Layer] = {}
        waiting = [layer]
        while waiting:
            each = waiting.pop()
            if each.id in found or self._store.get(each.id) is not None:
                continue
            found[each.id] = each
            waiting.extend(self._sources(each))
        return self._in_order(found, layer)

    def _stored_or_predicted(self, layer: Layer) -> ByteArray:
        # Another thread may have predicted it while this one waited.
        values = self._store.get(layer.id)
        return self._predict(layer) if values is None else values

    def _predict(self, layer: Layer) -> ByteArray:
        values = self._chosen(layer.choice) if layer.choice else self._answer(layer)
        self._store.put(layer.id, values)
        return values

    def _chosen(self, choice: Choice) -> ByteArray:
        adapted = helps(self._foretold(trial) for trial in choice.trials)
        return self._stored_or_predicted(choice.adapted if adapted else choice.plain)

    def _foretold(self, trial: Trial) -> Foretold:
        """Return which of two answers had a later click's place right."""
        if (known := self._trials.get(_trial_key(trial))) is not None:
            return known
        answers, click = trial.answers, trial.click
        column, row = self.frame(answers.plain.scale, answers.plain.box).pixel_of(click)
        adapted, plain = (
            (self._stored_or_predicted(each)[row, column] >= _HALF) == (click.label > 0)
            for each in (answers.adapted, answers.plain)
        )
        self._trials[_trial_key(trial)] = Foretold(bool(adapted), bool(plain))
        return self._trials[_trial_key(trial)]

    def _answer(self, layer: Layer) -> ByteArray:
        predictor = self._predictor(layer.scale)
        patch, mask_input = self.read_patch(layer.scale, layer.box), self._mask_input(layer)
        learning = cast("LearningPredictor", predictor)
        if layer.plain:
            predicted = learning.plain(patch, layer.clicks, mask_input=mask_input)
        elif layer.memory or layer.settled:
            memory = [self._remembered(learning, layer.scale, each) for each in layer.memory]
            settled = self._settled(layer) if layer.settled else None
            predicted = learning.predict(
                patch, layer.clicks, mask_input=mask_input, memory=memory, settled=settled
            )
        else:
            predicted = predictor.predict(patch, layer.clicks, mask_input=mask_input)
        values: ByteArray = np.rint(np.clip(predicted, 0, 1) * np.float32(255)).astype(np.uint8)
        return values

    def _settled(self, layer: Layer) -> FloatArray:
        """Return what was settled in a low patch: (1024, 1024) float32, from -1 (none) to 1 (all), else 0."""
        labels = np.zeros((PATCH_SIZE, PATCH_SIZE), np.float32)
        for part in layer.settled:
            inside = self._stored_or_predicted(part.layer)[part.clip.slices_in(part.layer.box)] >= _HALF
            rows, columns = (side // SCALE_FACTOR for side in inside.shape)
            shares = inside.reshape(rows, SCALE_FACTOR, columns, SCALE_FACTOR).mean(axis=(1, 3))
            labels[low_crop_of(part.clip).slices_in(layer.box)] = 2 * shares - 1
        return labels

    def _remembered(self, predictor: LearningPredictor, scale: ScaleName, clicked: Clicked) -> Remembered:
        """Return what the network saw at clicks in another patch, from memory where it was asked before."""
        key = (scale, clicked)
        if key not in self._places:
            self._places[key] = predictor.remembered(self.read_patch(scale, clicked.box), clicked.clicks)
        self._places.move_to_end(key)
        while len(self._places) > _PLACES_KEPT:
            self._places.popitem(last=False)
        return self._places[key]

    def _mask_input(self, layer: Layer) -> FloatArray | None:
        if layer.source is None:
            return None
        if isinstance(layer.source, Layer):
            return probability(self.values(layer.source))
        if isinstance(layer.source, Start):
            return self.imported(layer.source, self._slide.grids.of(layer.scale), layer.box)
        return self.first_mask(layer.source, layer.box)

    def imported(self, start: Start, grid: Grid, box: Box) -> FloatArray:
        """Return an imported mask, (H, W) of 0 and 1 on the pixels of any grid; 0 where its file is lost."""
        mask = self._imports.get(start.id)
        return (
            np.zeros((box.height, box.width), np.float32)
            if mask is None
            else mask.sampled(grid, box, self._slide.grids.slide.box)
        )

    def first_mask(self, view: LowView, high_box: Box) -> FloatArray:
        """Return the low canvas under a high patch, (1024, 1024) on its pixels, 0 outside the slide."""
        mask = np.zeros((PATCH_SIZE, PATCH_SIZE), np.float32)
        inside = self.frame("high", high_box).inside
        place = inside.slices_in(Box(0, 0, PATCH_SIZE, PATCH_SIZE))
        values = blend_enlarged(self.pieces(view.parts), high_box, self._slide.grids.low)
        if view.start:
            started = self.imported(view.start, self._slide.grids.high, high_box)
            values = np.where(covered([part.box for part in view.parts], high_box), values, started)
        mask[place] = values[place]
        return mask

    def _sources(self, layer: Layer) -> tuple[Layer, ...]:
        """Return what has to be known before a layer can be predicted."""
        tried = [
            each
            for trial in (layer.choice.trials if layer.choice else ())
            if _trial_key(trial) not in self._trials
            for each in (trial.answers.adapted, trial.answers.plain)
        ]
        chosen = layer.choice.adapted if layer.choice else layer
        needed = (*tried, *(part.layer for part in chosen.settled))
        match layer.source:
            case Layer():
                return (layer.source, *needed)
            case LowView():
                return (*layer.source.parts, *needed)
        return needed

    def _in_order(self, missing: dict[str, Layer], last: Layer) -> list[Layer]:
        """Return the missing layers so that each comes after those that it depends on."""
        ordered: dict[str, Layer] = {}
        waiting = [last]
        while waiting:
            each = waiting[-1]
            needed = [s for s in self._sources(each) if s.id in missing and s.id not in ordered]
            if needed:
                waiting.extend(needed)
            else:
                ordered.setdefault(each.id, each)
                waiting.pop()
        return list(ordered.values())


def _trial_key(trial: Trial) -> tuple[str, Click]:
    return trial.answers.adapted.id, trial.click
