"""What a recipe chooses of a data folder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from zoomiseg.errors import ManifestError, SlideError
from zoomiseg.training import _collage, _tasks, training_tasks

from .stubs import tiny_recipe

PLAIN = {"composites": 0.0, "one_kind": 0.0, "some_structures": 0.0, "ramp_steps": 0, "size": 48}
GREY = {("polyp", "train"): 60, ("normal", "train"): 110, ("gland", "train"): 160, ("polyp", "test"): 210}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose images tell by their grey which row they are; samples keep their colours, unmixed."""
    rows = ["slide,mask,group,split,mpp,kind"]
    Image.fromarray(np.eye(30, 40, dtype=np.uint8)).save(tmp_path / "mask.png")
    for (kind, split), grey in GREY.items():
        Image.new("RGB", (40, 30), (grey,) * 3).save(tmp_path / f"{grey}.png")
        rows.append(f"{grey}.png,mask.png,,{split},1.5,{kind}")
    Image.new("RGB", (90, 80), (20,) * 3).save(tmp_path / "texture.png")
    (tmp_path / "pairs.csv").write_text("\n".join(rows))
    monkeypatch.setattr(_tasks, "augment", lambda rng, image, blur: image)
    monkeypatch.setattr(_collage, "_FEATHERED", 0.0)
    return tmp_path


def greys(tasks, count: int = 12) -> set[int]:
    """Return the greys of images in samples; what lies between images is brighter."""
    pixels = np.concatenate([np.unique(tasks.sample(index).image) for index in range(count)])
    return {int(pixel) for pixel in pixels if pixel < 228}


def test_training_rows_alone_are_learnt_from(folder):
    recipe = tiny_recipe(**PLAIN, mpp=(1.5, 1.5))
    assert greys(training_tasks(recipe, folder)) == {60, 110, 160}


def test_the_digest_of_the_data_tells_their_rows_and_masks_but_not_where_they_lie(folder, tmp_path):
    recipe = tiny_recipe(**PLAIN, mpp=(1.5, 1.5))
    digest = training_tasks(recipe, folder).digest
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("pairs.csv", "mask.png", *(f"{grey}.png" for grey in GREY.values())):
        (moved / name).write_bytes((folder / name).read_bytes())
    assert training_tasks(recipe, moved).digest == digest
    assert training_tasks(replace(recipe, left_out=("gland",)), moved).digest != digest
    Image.fromarray(np.eye(30, 40, 1, dtype=np.uint8)[::-1] * 200).save(moved / "mask.png")
    assert training_tasks(recipe, moved).digest != digest


def test_a_recipe_names_kinds_or_leaves_some_out(folder):
    only = tiny_recipe(**PLAIN, mpp=(1.5, 1.5), kinds=("polyp",))
    without = tiny_recipe(**PLAIN, mpp=(1.5, 1.5), left_out=("gland", "normal"))
    assert greys(training_tasks(only, folder)) == greys(training_tasks(without, folder)) == {60}


@pytest.fixture
def slides(tmp_path, write_tissue):
    """A second data folder: one generated slide, all tumour."""
    pair = write_tissue(np.full((64, 64), 2, np.uint8))
    other = tmp_path / "slides"
    other.mkdir()
    row = f"{pair.slide},{pair.mask},,train,0.5,2,generated"
    (other / "pairs.csv").write_text("slide,mask,group,split,mpp,mask_value,kind\n" + row)
    return other


@pytest.mark.parametrize(
    ("sources", "kinds", "expected"),
    [
        (("real", "generated"), (), (True, True)),
        (("real",), (), (True, False)),
        (("generated",), (), (False, True)),
        (("real", "generated"), ("polyp",), (True, True)),
    ],
)
def test_a_recipe_names_its_sources_in_all_folders(folder, slides, sources, kinds, expected):
    library = training_tasks(tiny_recipe(**PLAIN, sources=sources, kinds=kinds), folder, slides)._library
    assert (library.has_images, library.has_generated) == expected


def test_a_texture_is_looked_for_in_every_folder(folder, slides):
    recipe = tiny_recipe(textures=(("texture.png", 0.5),))
    assert training_tasks(recipe, slides, folder)._library._textures[0][1] == 0.5


def test_textures_are_tissue_for_composites(folder):
    mix = PLAIN | {"composites": 1.0, "kinds": ("polyp",)}
    recipe = tiny_recipe(**mix, mpp=(1.5, 1.5), textures=(("texture.png", 0.5),))
    found = greys(training_tasks(recipe, folder), 40)
    assert {20, 60} <= found
    assert max(found) <= 60


def test_the_ramp_is_counted_in_samples(folder, monkeypatch):
    made = []

    def counted(rng, library, mpp, size):
        made.append(size)
        return np.zeros((size, size, 3), np.uint8), np.eye(size, dtype=bool)

    monkeypatch.setattr(_tasks, "composite", counted)
    recipe = tiny_recipe(**(PLAIN | {"composites": 1.0, "ramp_steps": 5}), batch=4)
    tasks = training_tasks(recipe, folder)
    tasks.sample(0)
    assert not made
    for index in range(20, 40):
        tasks.sample(index)
    assert len(made) == 20


def test_a_choice_that_leaves_nothing_is_an_error(folder):
    with pytest.raises(ManifestError, match=r"^There is nothing to train on"):
        training_tasks(tiny_recipe(kinds=("serrated",)), folder)


def test_a_texture_that_is_not_there_is_an_error(folder):
    with pytest.raises(SlideError):
        training_tasks(tiny_recipe(textures=(("none.svs", 0.5),)), folder)


def test_a_folder_without_a_manifest_is_an_error(tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        training_tasks(tiny_recipe(), tmp_path)


def test_whole_patches_are_single_images_each_once_an_epoch(folder):
    recipe = tiny_recipe(**(PLAIN | {"size": 30}), mpp=(1.5, 1.5), whole_patches=True, augmented=False)
    tasks = training_tasks(recipe, folder)
    assert tasks.images == 3
    seen = [{int(grey) for grey in np.unique(tasks.sample(index).image)} for index in range(6)]
    assert all(len(greys) == 1 for greys in seen)
    assert set.union(*seen[:3]) == set.union(*seen[3:]) == {60, 110, 160}


def test_without_augmentation_tissue_looks_as_it_is_stored(folder, monkeypatch):
    monkeypatch.undo()
    tasks = training_tasks(tiny_recipe(**PLAIN, mpp=(1.5, 1.5), augmented=False, kinds=("polyp",)), folder)
    assert 60 in np.unique(tasks.sample(0).image)
