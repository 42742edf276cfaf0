"""What the low-scale network says of a high-scale sample's place: the mask that a real first click gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from zoomiseg.errors import RecipeError
from zoomiseg.geometry import SCALE_FACTOR
from zoomiseg.guidance import PatchPoint
from zoomiseg.networks import Card, find_weights, load_network

from ._batch import Batch
from ._clicks import correcting_click, first_clicks
from ._recipe import Recipe
from ._step import Mask, normalised, predicted
from ._stored import ImageArray, MaskArray

_CONTEXT_PX = 32
"""A sample has no surroundings; it is continued by mirroring, in low pixels."""
_MOST_CORRECTIONS = 2


@dataclass(frozen=True, slots=True)
class LowNetwork:
    """A trained low-scale network.

    Args:
        module: In eval mode.
        card: Its own.
    """

    module: nn.Module
    card: Card

    def first_masks(self, batch: Batch, recipe: Recipe) -> list[Mask]:
        """Return the batch's first masks, most of them replaced by what this network predicts.

        Where a sample has a first mask, its image is shrunk to the low scale and clicked as a user would;
        the probability is enlarged again. A share of `recipe.degraded_masks` stays the degraded truth, and so
        does a target of which nothing is left at the low scale.
        """
        masks = [sample.first_mask for sample in batch.samples]
        chosen = [
            (index, _shrunk(sample.target))
            for index, (sample, rng) in enumerate(zip(batch.samples, batch.dice, strict=True))
            if sample.first_mask is not None and rng.random() >= recipe.degraded_masks
        ]
        chosen = [(index, target) for index, target in chosen if target.any()]
        if not chosen:
            return masks
        found = self._answers(
            [_shrunk_image(batch.samples[index].image) for index, _ in chosen],
            [target for _, target in chosen],
            [batch.dice[index] for index, _ in chosen],
            recipe,
        )
        for (index, _), probability in zip(chosen, found, strict=True):
            height, width = batch.samples[index].target.shape
            enlarged = cv2.resize(probability, (width, height), interpolation=cv2.INTER_CUBIC)
            masks[index] = np.asarray(np.clip(enlarged, 0, 1), np.float32)
        return masks

    def _answers(
        self,
        images: Sequence[ImageArray],
        targets: Sequence[MaskArray],
        dice: Sequence[np.random.Generator],
        recipe: Recipe,
    ) -> list[NDArray[np.float32]]:
        """Click each image once or a few times, and return the (h, w) probability after the last click."""
        points = [
            first_clicks(rng, target, single=recipe.single_click)
            for rng, target in zip(dice, targets, strict=True)
        ]
        corrections = [int(rng.integers(_MOST_CORRECTIONS + 1)) for rng in dice]
        found = self._predicted(images, points, [None] * len(images))
        for number in range(max(corrections)):
            for index, (rng, target) in enumerate(zip(dice, targets, strict=True)):
                if number < corrections[index]:
                    click = correcting_click(rng, found[index], target)
                    points[index] += [click] if click else []
            found = self._predicted(images, points, found)
        return found

    def _predicted(
        self,
        images: Sequence[ImageArray],
        points: Sequence[Sequence[PatchPoint]],
        masks: Sequence[Mask],
    ) -> list[NDArray[np.float32]]:
        edges = (_CONTEXT_PX,) * 4
        padded = [
            np.asarray(cv2.copyMakeBorder(image, *edges, cv2.BORDER_REFLECT), np.uint8) for image in images
        ]
        moved = [[(x + _CONTEXT_PX, y + _CONTEXT_PX, label) for x, y, label in each] for each in points]
        known = [mask if mask is None else np.pad(mask, _CONTEXT_PX) for mask in masks]
        device = next(self.module.parameters()).device
        tensor = normalised(padded, mean=self.card.mean, deviation=self.card.std).to(device)
        found = predicted(self.module, tensor, moved, known, radius_px=self.card.click_radius_px)
        return list(found[:, _CONTEXT_PX:-_CONTEXT_PX, _CONTEXT_PX:-_CONTEXT_PX])


def load_low_network(recipe: Recipe) -> LowNetwork | None:
    """Return the low-scale network that a recipe names, or None where it names none.

    Raises:
        RecipeError: The recipe is not for the high scale.
        WeightsError: The weights are missing or damaged.
    """
    if not recipe.low_weights:
        return None
    if recipe.scale != "high":
        raise RecipeError(f"The recipe {recipe.name} trains the low scale and needs no low_weights.")
    module, card = load_network(find_weights(recipe.low_weights, allow_path=True), "low")
    module.requires_grad_(False)
    return LowNetwork(module.to(memory_format=torch.channels_last), card)  # type: ignore[call-overload]


def _shrunk(target: MaskArray) -> MaskArray:
    return np.asarray(
        cv2.resize(target.astype(np.float32), _size(target), interpolation=cv2.INTER_AREA) >= 0.5
    )


def _shrunk_image(image: ImageArray) -> ImageArray:
    return np.asarray(cv2.resize(image, _size(image), interpolation=cv2.INTER_AREA), np.uint8)


def _size(array: ImageArray | MaskArray) -> tuple[int, int]:
    return max(array.shape[1] // SCALE_FACTOR, 1), max(array.shape[0] // SCALE_FACTOR, 1)
