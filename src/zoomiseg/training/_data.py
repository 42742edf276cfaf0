"""From a recipe and a data folder to the stream of samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.slide import open_slide

from ._library import Library
from ._recipe import Recipe
from ._stored import GENERATED, ImageArray
from ._tasks import TaskMix, Tasks


def training_tasks(recipe: Recipe, *folders: Path) -> Tasks:
    """Return the samples of a recipe from the `train` rows of each folder's pairs.csv and its textures.

    Args:
        recipe: Says which rows are learnt from.
        folders: At least one; a texture is looked for in one after the other.
    Raises:
        ManifestError: A manifest or a small image cannot be used, or nothing is left to train on.
        SlideError: A texture or a slide cannot be opened.
        AnnotationError: A slide's mask cannot be used.
    """
    pairs = [
        pair
        for folder in folders
        for pair in read_manifest(folder / "pairs.csv")
        if pair.split == "train" and _is_learnt(pair, recipe)
    ]
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
    library = Library(pairs, textures, mpp=recipe.mpp, size=recipe.size)
    return Tasks(library, mix, mpp=recipe.mpp, size=recipe.size, blur=recipe.blur, seed=recipe.seed)


def _is_learnt(pair: Pair, recipe: Recipe) -> bool:
    kind = pair.extra.get("kind", "")
    if kind == GENERATED:
        return "generated" in recipe.sources
    chosen = not recipe.kinds or kind in recipe.kinds
    return "real" in recipe.sources and chosen and kind not in recipe.left_out


def _found(path: str, folders: Sequence[Path]) -> Path:
    """Return a texture's place in the first folder that has it, or in the first folder."""
    return next((folder / path for folder in folders if (folder / path).exists()), folders[0] / path)


def _whole(path: Path, mpp: float) -> ImageArray:
    with open_slide(path, mpp=mpp) as slide:
        return np.asarray(slide.read(slide.grids.slide.box, slide.grids.slide))
