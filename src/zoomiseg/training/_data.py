"""From a recipe and a data folder to the stream of samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from zoomiseg.datasets import read_manifest
from zoomiseg.slide import open_slide

from ._library import ImageArray, Library
from ._recipe import Recipe
from ._tasks import TaskMix, Tasks


def training_tasks(recipe: Recipe, folder: Path) -> Tasks:
    """Return the samples of a recipe from the `train` rows of `folder`/pairs.csv and its textures.

    Raises:
        ManifestError: The manifest or one of its files cannot be used, or nothing is left to train on.
        SlideError: A texture cannot be opened.
    """
    pairs = [
        pair
        for pair in read_manifest(folder / "pairs.csv")
        if pair.split == "train"
        and (not recipe.kinds or pair.extra.get("kind") in recipe.kinds)
        and pair.extra.get("kind") not in recipe.left_out
    ]
    textures = [(_whole(folder / path, mpp), mpp) for path, mpp in recipe.textures]
    mix = TaskMix(
        composites=recipe.composites,
        one_kind=recipe.one_kind,
        some_structures=recipe.some_structures,
        first_masks=recipe.first_masks,
        white_margins=recipe.white_margins,
        ramp=recipe.ramp_steps * recipe.batch,
    )
    library = Library(pairs, textures)
    return Tasks(library, mix, mpp=recipe.mpp, size=recipe.size, blur=recipe.blur, seed=recipe.seed)


def _whole(path: Path, mpp: float) -> ImageArray:
    with open_slide(path, mpp=mpp) as slide:
        return np.asarray(slide.read(slide.grids.slide.box, slide.grids.slide))
