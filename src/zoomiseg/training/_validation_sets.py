"""The images that a robot clicks while a network is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoomiseg.errors import RecipeError
from zoomiseg.geometry import HIGH, LOW

from ._recipe import Recipe, ValidationChoice
from ._sources import Row, is_learnt, rows_of
from ._stored import ImageArray, MaskArray, Part, resampled, resampled_mask

_LEAST, _MOST = 0.02, 0.98
"""Of an image with less or more foreground an IoU tells little."""


@dataclass(frozen=True, slots=True)
class ValidationSet:
    """Images at one scale.

    Args:
        name: For people.
        mpp: µm per pixel that the images are brought to.
        parts: The images.
    """

    name: str
    mpp: float
    parts: tuple[Part, ...]

    def read(self, index: int) -> tuple[ImageArray, MaskArray]:
        """Return an image, (H, W, 3) uint8 RGB, and its truth, (H, W) bool, at the set's scale."""
        part = self.parts[index]
        image, values = part.decoded()
        share = np.where(values == part.target, np.uint8(255), np.uint8(0))
        factor = part.mpp / self.mpp
        return resampled(image, factor), resampled_mask(share, factor) > 127


def validation_sets(recipe: Recipe, *folders: Path) -> tuple[ValidationSet, ...]:
    """Return the sets that a recipe names, those without any image in the data left out.

    An image is taken as a whole; of a large one, the tile that is most evenly target and background.

    Args:
        recipe: Its `validation`, and which kinds it learns from.
        folders: As for `training_tasks`.
    Raises:
        RecipeError: It would validate on what it learns from.
        ManifestError: A manifest or a small image cannot be used.
        SlideError: A large image cannot be used.
        AnnotationError: Nor can its mask.
    """
    mpp = (LOW if recipe.scale == "low" else HIGH).mpp
    rows = [row for folder in folders for row in rows_of(folder, recipe)]
    sets = (_validation_set(choice, rows, recipe, mpp) for choice in recipe.validation)
    return tuple(each for each in sets if each.parts)


def _validation_set(
    choice: ValidationChoice, rows: Sequence[Row], recipe: Recipe, mpp: float
) -> ValidationSet:
    chosen = [row for row in rows if _is_chosen(row, choice, recipe)]
    return validation_set(choice.name, chosen, recipe, mpp=mpp, limit=choice.limit)


def validation_set(
    name: str, rows: Sequence[Row], recipe: Recipe, *, mpp: float, limit: int
) -> ValidationSet:
    """Return a set of images, evenly spread over the rows, at most `limit`.

    Args:
        name: Of the set.
        rows: What it is chosen from.
        recipe: Its size of samples decides into what a large image is cut.
        mpp: µm per pixel that the images are brought to.
        limit: Images at most.
    Raises:
        ManifestError, SlideError, AnnotationError: As for `validation_sets`.
    """
    tiles = (row.parts((mpp, mpp), recipe.size) for row in _spread(rows, limit))
    whole = (min(parts, key=lambda part: abs(part.marked - 0.5)) for parts in tiles)
    return ValidationSet(name, mpp, tuple(part for part in whole if _LEAST <= part.marked <= _MOST))


def _is_chosen(row: Row, choice: ValidationChoice, recipe: Recipe) -> bool:
    learnt = is_learnt(row.kind, recipe)
    if row.split != choice.split or not (row.kind == choice.kind if choice.kind else learnt):
        return False
    if choice.split == "train" and learnt:
        raise RecipeError(
            f"The recipe {recipe.name} would validate on what it learns from: the set {choice.name!r}.",
            hint="Leave that kind out, or choose the split val.",
        )
    return True


def _spread(rows: Sequence[Row], limit: int) -> Sequence[Row]:
    if len(rows) <= limit:
        return rows
    return [rows[index * len(rows) // limit] for index in range(limit)]
