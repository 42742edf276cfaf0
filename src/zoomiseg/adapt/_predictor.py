"""A network whose answers follow what a slide and its clicks teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from zoomiseg.errors import AdaptationError
from zoomiseg.geometry import PATCH_SIZE, Box, Click, Grid, PatchFrame
from zoomiseg.guidance import PatchPoint
from zoomiseg.networks import Explaining
from zoomiseg.predict import (
    FloatArray,
    ImageArray,
    Patch,
    normalised,
    predict_with,
    seen_pixels,
    seen_window,
)

from ._adaptation import Adaptation
from ._head import Evidence, correction, shrunk
from ._look import Look, Networked, Whole
from ._obeyed import obeyed
from ._refine import refined
from ._statistics import statistics_digest, with_tissue_statistics
from ._views import MIRRORED, VIEWS, Question, View, together, viewed, viewed_back, viewed_image

PLACES = 64
"""Clicked places of each sign that are remembered at most."""
MEMORY_WEIGHT = 0.3
"""What a click of another patch counts for. On images of glands, after clicks on three others: IoU after one
click 0.61 without memory, 0.66, 0.64, 0.62 with 0.1, 0.3, 1; clicks to 0.85: 7.6, and 7.1, 7.0, 7.4."""


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """Places of one patch that were clicked.

    Args:
        seen: (2, C, 64) float32, what the network sees there: positive, negative.
        clicks: (2, 64) float32, how many clicks are there; 0 where there is no place.
    """

    seen: FloatArray
    clicks: FloatArray


class AdaptedPredictor:
    """Satisfies `AheadPredictor`; a pure function of its arguments, the network and the tissue.

    Args:
        base: Asked for the network's own answers.
        adaptation: How they are changed.
        tissue: (H, W, 3) uint8 images of the slide at the network's scale, for `statistics`.
    Raises:
        AdaptationError: The network does not show what its answers came from.
    """

    def __init__(self, base: Networked, adaptation: Adaptation, *, tissue: Sequence[ImageArray] = ()) -> None:
        network = base.module
        if not isinstance(network, Explaining):
            raise AdaptationError(
                f"The network {base.card.network} cannot be adapted to a slide.",
                hint="Use weights of compact-attention or compact-half, or say --adapt off.",
            )
        self.card = base.card
        self.adaptation = adaptation
        self._base = base
        self._channels = network.place_channels
        self._untuned = np.zeros((2, network.tuned_channels), np.float32)
        module: nn.Module = base.module
        self.identity = f"{base.identity} adapted {adaptation.name}"
        # What is made for one slide would only push networks out of the cache that many slides need.
        name = "" if adaptation.statistics else "tuned"
        if adaptation.statistics:
            module = with_tissue_statistics(
                base.module, [normalised(image, base.card)[None] for image in tissue]
            )
            self.identity += f" {statistics_digest(module)}"
        views = VIEWS.get(self.card.network, MIRRORED) if adaptation.views else (View(),)
        self._whole = Whole(module)
        self._looks = [
            Look(
                base,
                module,
                view,
                name=name,
                places=self._places(()),
                tuning=self._untuned,
                features=adaptation.head,
            )
            for view in views
        ]

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        """Return the probability over the patch, every clicked pixel of the clicked class.

        Args:
            patch: As for `Predictor.predict`.
            clicks: As there.
            mask_input: As there.
            memory: Of other patches, the latest clicked last; used with `memory` alone.
            settled: (H, W) from -1 (not the target) to 1, what was settled in the patch, 0 where nothing was;
                used with `head` alone.
        """
        places = self._places(memory if self.adaptation.memory else ())
        window = seen_window(patch.frame, pad_to_patch=self.card.pad_to_patch)
        points = self._seen_points(patch, clicks)
        part = window.slices_in(Box(0, 0, patch.frame.box.width, patch.frame.box.height))
        seen = None if settled is None else settled[part]

        def run(image: FloatArray, guidance: FloatArray) -> FloatArray:
            question = Question(guidance, points, seen)
            tuning = self._tuning(image, question, places)
            logits = together([self._logits(look, image, question, places, tuning) for look in self._looks])
            probability: FloatArray = 0.5 * (1 + np.tanh(0.5 * logits))
            return probability.astype(np.float32)[None, None]

        return self._obeyed(predict_with(run, self.card, patch, clicks, mask_input), patch, clicks)

    def plain(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return the network's own answer, every clicked pixel of the clicked class."""
        return self._obeyed(self._base.predict(patch, clicks, mask_input=mask_input), patch, clicks)

    def remembered(self, patch: Patch, clicks: Sequence[Click]) -> Remembered:
        """Return what the network sees at a patch's clicks, in the first view; it depends on nothing else."""
        found: list[FloatArray] = []
        look, points = self._looks[0], self._seen_points(patch, clicks)

        def run(image: FloatArray, guidance: FloatArray) -> FloatArray:
            asked = viewed(Question(guidance, points), look.view, radius_px=self.card.click_radius_px)
            _, *places = look.answer(image, asked.guidance, self._places(()), self._untuned)
            found.extend(each[0] for each in places[:2])
            return guidance[:, :1]

        predict_with(run, self.card, patch, clicks, None)
        seen, weights = found
        return Remembered(seen, weights)

    def look_at(self, patch: Patch) -> None:
        """Run the layers that need no click, and keep what they see; see `AheadPredictor.look_at`."""
        if patch.frame.inside.area:
            image = normalised(seen_pixels(patch, self.card), self.card)[None]
            for look in self._looks:
                look.look_at(image)

    def warm_up(self) -> None:
        """Convert, compile and run the network for a whole patch."""
        nothing = np.zeros((PATCH_SIZE, PATCH_SIZE, 3), np.uint8)
        grid = Grid((1.0, 1.0), PATCH_SIZE, PATCH_SIZE, (self.card.mpp, self.card.mpp))
        frame = PatchFrame(grid, grid.box)
        self.predict(Patch(nothing, frame), [])

    def _obeyed(self, probability: FloatArray, patch: Patch, clicks: Sequence[Click]) -> FloatArray:
        return obeyed(probability, _points(patch, clicks), radius_px=self.card.click_radius_px)

    def _seen_points(self, patch: Patch, clicks: Sequence[Click]) -> tuple[PatchPoint, ...]:
        """Return the clicks in the pixels that the network gets to see."""
        window = seen_window(patch.frame, pad_to_patch=self.card.pad_to_patch)
        return tuple(
            (column - window.x, row - window.y, label) for column, row, label in _points(patch, clicks)
        )

    def _tuning(
        self, image: FloatArray, question: Question, places: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        if not self.adaptation.refine:
            return self._untuned
        view = self._looks[0].view
        asked = viewed(question, view, radius_px=self.card.click_radius_px)
        channels = self._untuned.shape[1]
        return refined(self._whole, viewed_image(image, view), asked, places, channels=channels)

    def _logits(
        self,
        look: Look,
        image: FloatArray,
        question: Question,
        places: tuple[FloatArray, FloatArray],
        tuning: FloatArray,
    ) -> FloatArray:
        """Return what one of the views says, (H, W) on the question's pixels."""
        asked = viewed(question, look.view, radius_px=self.card.click_radius_px)
        logits, _, _, *features = look.answer(image, asked.guidance, places, tuning)
        answer: FloatArray = logits[0, 0]
        if features:
            answer = answer + self._correction(answer, features[0][0], asked)
        height, width = image.shape[2:]
        return viewed_back(answer, look.view, (height, width))

    def _places(self, memory: Sequence[Remembered]) -> tuple[FloatArray, FloatArray]:
        """Return the 64 latest places of each sign, (1, 2, C, 64), and what each counts for, (1, 2, 64)."""
        seen = np.zeros((1, 2, self._channels, PLACES), np.float32)
        weights = np.zeros((1, 2, PLACES), np.float32)
        for sign in range(2):
            places = [
                (each.seen[sign, :, place], each.clicks[sign, place])
                for each in memory
                for place in np.flatnonzero(each.clicks[sign])
            ]
            for index, (features, clicks) in enumerate(places[-PLACES:]):
                seen[0, sign, :, index] = features
                weights[0, sign, index] = MEMORY_WEIGHT * clicks
        return seen, weights

    def _correction(self, logits: FloatArray, features: FloatArray, asked: Question) -> FloatArray:
        """Return what the head adds, (H, W), from (H, W) and (C, h, w)."""
        height, width = logits.shape
        factor = 2 if features.shape[2] < width else 1
        size = -(-height // factor), -(-width // factor)
        evidence = Evidence(
            features[:, : size[0], : size[1]],
            shrunk(logits, size),
            shrunk(asked.guidance[0, 0], size),
            shrunk(asked.guidance[0, 1], size),
            None if asked.settled is None else shrunk(asked.settled, size),
        )
        disk_px = np.pi * (self.card.click_radius_px / factor) ** 2
        added = correction(evidence, disk_px=disk_px)
        if factor > 1:
            added = np.repeat(np.repeat(added, factor, axis=0), factor, axis=1)
        return added[:height, :width]


def _points(patch: Patch, clicks: Sequence[Click]) -> list[PatchPoint]:
    return [(*patch.frame.pixel_of(click), click.label) for click in clicks]
