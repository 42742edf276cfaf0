"""Prepared folders as a source of training and validation."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.datasets import PatchStore, PrepareOptions, prepare
from zoomiseg.errors import ManifestError
from zoomiseg.training import ValidationChoice, training_tasks, validation_sets
from zoomiseg.training._sources import rows_of

from .stubs import tiny_recipe


@pytest.fixture(scope="module")
def manifest_of(tmp_path_factory):
    """A manifest of two slides of 1100 x 1040 pixels at 0.501 µm, and two small images at 1 µm."""
    from zoomiseg.slide import write_pyramid

    folder = tmp_path_factory.mktemp("slides")
    rows = ["slide,mask,split,mpp,mask_value,kind"]
    for number, (split, kind) in enumerate((("train", "liver"), ("val", "generated"))):
        image = np.full((1040, 1100, 3), 90 + 60 * number, np.uint8)
        mask = np.zeros((1040, 1100), np.uint8)
        mask[:400] = 255
        for name, pixels, role in ((f"{number}.tif", image, "slide"), (f"{number}-mask.tif", mask, "mask")):
            write_pyramid(
                folder / name,
                lambda box, pixels=pixels: pixels[box.y : box.bottom, box.x : box.right],
                width=1100,
                height=1040,
                mpp=(0.501, 0.501),
                kind=role,
            )
        rows.append(f"{number}.tif,{number}-mask.tif,{split},,,{kind}")
    (folder / "slides.csv").write_text("\n".join(rows))
    return folder / "slides.csv"


@pytest.fixture(scope="module")
def folder(manifest_of, tmp_path_factory):
    made = tmp_path_factory.mktemp("patches")
    prepare(manifest_of, made, options=PrepareOptions(), workers=1)
    return made


def high(**changes):
    values = {"scale": "high", "size": 1024, "mpp": (0.5, 0.5), "whole_patches": True, "augmented": False}
    return tiny_recipe(**(values | changes))


def test_a_prepared_folder_gives_the_patches_of_the_recipes_scale(folder):
    store = PatchStore(folder)
    for scale in ("low", "high"):
        rows = rows_of(folder, tiny_recipe(scale=scale))
        assert len(rows) == len(store.pairs(scale=scale)) > 0
        assert {row.split for row in rows} == {"train", "val"}


def test_patches_are_learnt_from_as_they_are_stored(folder):
    store = PatchStore(folder)
    numbers = store.pairs(split="train", scale="high", form="patch")
    tasks = training_tasks(high(), folder)
    assert tasks.images == len(numbers)
    sample = tasks.sample(0)
    assert sample.image.shape == (1024, 1024, 3)
    assert set(np.unique(sample.image)) <= set(range(86, 95))
    shares = [store[number].tumour for number in numbers]
    assert any(sample.target.mean() == pytest.approx(share, abs=1e-6) for share in shares)


def test_patches_are_images_for_the_other_tasks_too(folder):
    recipe = high(whole_patches=False, size=64, composites=0.0, some_structures=0.0)
    sample = training_tasks(recipe, folder).sample(0)
    assert 0 < sample.target.mean() < 1


def test_patches_are_validated_on_at_their_own_scale_whatever_they_were_cut_from(folder):
    (each,) = validation_sets(high(validation=(ValidationChoice(limit=1),)), folder)
    image, truth = each.read(0)
    assert image.shape == (1024, 1024, 3)
    assert abs(int(image[5, 5, 0]) - 150) < 5
    assert truth.mean() == each.parts[0].marked
    assert each.parts[0].kind == "patch"


def test_a_folder_with_neither_is_named(tmp_path):
    with pytest.raises(ManifestError, match=r"pairs\.csv cannot be read"):
        rows_of(tmp_path, tiny_recipe())
