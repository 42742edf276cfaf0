"""From a recipe and a data folder to the stream of samples."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zoomiseg.slide import open_slide

from ._library import Library
from ._patch_tasks import PatchTasks
from ._recipe import Recipe
from ._sides import Sides
from ._sources import Row, is_learnt, rows_of
from ._stored import ImageArray, Part
from ._tasks import TaskMix, Tasks


def training_tasks(recipe: Recipe, *folders: Path) -> Tasks | PatchTasks:
    """Return the samples of a recipe from the `train` rows of each folder and its textures.

    Args:
        recipe: Says which rows are learnt from.
        folders: At least one. Each has a pairs.csv, or was filled by `zoomiseg prepare`; a texture is looked
            for in one after the other.
    Raises:
        ManifestError: A manifest or a small image cannot be used, or nothing is left to train on.
        SlideError: A texture or a slide cannot be opened.
        AnnotationError: A slide's mask cannot be used.
    """
    rows = [
        row
        for folder in folders
        for row in rows_of(folder, recipe)
        if row.split == "train" and is_learnt(row.kind, recipe)
    ]
    return tasks_of(rows, recipe, folders)


def tasks_of(rows: Sequence[Row], recipe: Recipe, folders: Sequence[Path]) -> Tasks | PatchTasks:
    """Return the samples of a recipe from these rows; textures are looked for in the folders.

    Raises:
        ManifestError, SlideError, AnnotationError: As for `training_tasks`.
    """
    found = [(row, row.parts(recipe.mpp, recipe.sizes[-1])) for row in rows]
    parts = [part for _, several in found for part in several]
    textures = [(_whole(_found(path, folders), mpp), mpp) for path, mpp in recipe.textures]
    mix = TaskMix(
        composites=recipe.composites,
        one_kind=recipe.one_kind,
        some_structures=recipe.some_structures,
        generated=recipe.generated,
        first_masks=recipe.first_masks,
        white_margins=recipe.white_margins,
        ramp=recipe.ramp_steps * recipe.batch,
    )
    blur = recipe.blur if recipe.augmented else None
    kind = PatchTasks if recipe.whole_patches else Tasks
    sides = Sides(recipe.sizes, batch=recipe.batch, seed=recipe.seed)
    library = Library(parts, textures)
    digest = _digest(found)
    return kind(library, mix, mpp=recipe.mpp, sides=sides, blur=blur, seed=recipe.seed, digest=digest)


def _digest(found: Sequence[tuple[Row, Sequence[Part]]]) -> str:
    """Return what tells these rows, in this order and with what their masks mark, from others."""
    told = [(row.identity, [(part.kind, part.mpp, part.marked) for part in parts]) for row, parts in found]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _found(path: str, folders: Sequence[Path]) -> Path:
    """Return a texture's place in the first folder that has it, or in the first folder."""
    return next((folder / path for folder in folders if (folder / path).exists()), folders[0] / path)


def _whole(path: Path, mpp: float) -> ImageArray:
    with open_slide(path, mpp=mpp) as slide:
        return np.asarray(slide.read(slide.grids.slide.box, slide.grids.slide))
