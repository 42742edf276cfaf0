"""Which images a recipe's validation sets hold."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from zoomiseg.errors import RecipeError
from zoomiseg.training import ValidationChoice, validation_sets

from .stubs import tiny_recipe


@pytest.fixture
def folder(tmp_path):
    """Ten images of 40 x 30 pixels at 1 µm, numbered by their grey; number 4 has no target."""
    rows = ["slide,mask,group,split,mpp,kind"]
    for number in range(10):
        Image.new("RGB", (40, 30), (10 * number + 5,) * 3).save(tmp_path / f"{number}.png")
        mask = np.zeros((30, 40), np.uint8)
        mask[:15, :] = 0 if number == 4 else 255
        Image.fromarray(mask).save(tmp_path / f"{number}-mask.png")
        split = "train" if number in (7, 9) else "test" if number == 8 else "val"
        rows.append(f"{number}.png,{number}-mask.png,,{split},1.0,{'gland' if number > 5 else 'polyp'}")
    (tmp_path / "pairs.csv").write_text("\n".join(rows))
    return tmp_path


def numbers(each) -> list[int]:
    return [int(each.read(index)[0][0, 0, 0]) // 10 for index in range(len(each.parts))]


def found(folder, *choices: ValidationChoice, **changes) -> dict[str, list[int]]:
    recipe = tiny_recipe(validation=choices, **changes)
    return {each.name: numbers(each) for each in validation_sets(recipe, folder)}


def test_without_a_kind_all_that_are_learnt_from_are_taken_and_images_without_target_are_not(folder):
    assert found(folder, ValidationChoice()) == {"val": [0, 1, 2, 3, 5, 6]}
    assert found(folder, ValidationChoice(), left_out=("gland",)) == {"val": [0, 1, 2, 3, 5]}


def test_a_kind_that_is_not_learnt_from_can_be_named(folder):
    choices = ValidationChoice(kind="gland"), ValidationChoice(split="train", kind="gland")
    expected = {"val gland": [6], "train gland": [7, 9]}
    assert found(folder, *choices, left_out=("gland",)) == expected


def test_what_is_learnt_from_is_no_validation(folder):
    with pytest.raises(RecipeError) as caught:
        found(folder, ValidationChoice(split="train", kind="gland"))
    assert caught.value.message == (
        "The recipe tiny would validate on what it learns from: the set 'train gland'."
    )


def test_a_limit_spreads_evenly(folder):
    # Of seven rows these are the first, third and fifth; the last of them has no target.
    assert found(folder, ValidationChoice(limit=3)) == {"val": [0, 2]}
    assert found(folder, ValidationChoice(limit=2)) == {"val": [0, 3]}


def test_a_set_without_images_is_left_out(folder):
    assert found(folder, ValidationChoice(kind="serrated")) == {}


@pytest.mark.parametrize(("scale", "shape"), [("low", (15, 20)), ("high", (60, 80))])
def test_images_are_brought_to_the_recipes_scale(folder, scale, shape):
    (each,) = validation_sets(tiny_recipe(scale=scale, validation=(ValidationChoice(limit=1),)), folder)
    image, truth = each.read(0)
    assert image.shape == (*shape, 3)
    expected = np.zeros(shape, bool)
    expected[: shape[0] // 2] = True
    # At an odd height half of the middle row's area is target.
    assert np.count_nonzero(truth != expected) <= shape[1]


def test_of_a_large_slide_the_most_even_tile_is_taken(tmp_path, write_slide):
    image = np.full((256, 256, 3), 120, np.uint8)
    mask = np.zeros((256, 256), np.uint8)
    mask[:, 230:] = 1
    pair = write_slide(image, mask, kind="organ", mask_value=None)
    (tmp_path / "pairs.csv").write_text(
        f"slide,mask,split,mpp,kind\n{pair.slide},{pair.mask},val,0.5,organ\n"
    )
    recipe = tiny_recipe(scale="high", size=64, validation=(ValidationChoice(),))
    (each,) = validation_sets(recipe, tmp_path)
    (part,) = each.parts
    assert each.read(0)[1].mean() == part.marked
    assert part.marked == pytest.approx(26 / 80, abs=0.02)
