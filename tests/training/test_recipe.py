"""Recipes: those that come with the package, and what is said of one that cannot be used."""

from __future__ import annotations

import dataclasses

import pytest

from zoomiseg.errors import RecipeError
from zoomiseg.networks import Card, SkipOptions, network_names
from zoomiseg.training import START, Recipe, ValidationChoice, load_recipe, load_recipes, recipe_names

SMALLEST = 'scale = "low"\nnetwork = "unet"\nsteps = 3\nmpp = [1.5, 2.0]\n'


@pytest.fixture
def recipe(tmp_path):
    """Return a function that writes a recipe's text and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_the_default_networks_have_a_recipe_each():
    assert {"compact-low", "compact-high"} <= set(recipe_names())


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_loads_and_makes_sense(name):
    for recipe in load_recipes(name):
        assert recipe.name == name
        assert recipe.network in (*network_names(), START)
        assert 0 < recipe.mpp[0] <= recipe.mpp[1]
        assert min(recipe.settled(100).steps, recipe.batch, recipe.size) > 0
        assert recipe.composites + recipe.one_kind + recipe.some_structures <= 1


@pytest.mark.parametrize("name", ["compact-low", "compact-high"])
def test_the_default_weights_learn_nothing_from_research_only_data(name):
    recipe = load_recipe(name)
    assert "gland" in recipe.left_out or (recipe.kinds and "gland" not in recipe.kinds)


def test_a_recipe_is_named_after_its_file_and_keys_left_out_have_defaults(recipe):
    expected = Recipe(name="mine", scale="low", network="unet", steps=3, mpp=(1.5, 2.0))
    assert load_recipe(recipe(SMALLEST)) == expected


def test_sides_rise_by_the_coarsest_stride_to_the_largest():
    smallest = Recipe(name="mine", scale="low", network="unet", steps=3, mpp=(1.5, 2.0))
    assert list(smallest.sizes) == [256]
    larger = dataclasses.replace(smallest, largest_size=384)
    assert list(larger.sizes) == [256, 288, 320, 352, 384]


def test_every_key_can_be_set(recipe):
    text = """
        scale = "high"
        network = "unet"
        shallow_skip = "fused"
        drop_second_skip = false
        pretrained = false
        steps = 0
        epochs = 7
        batch = 2
        accumulate = 3
        precision = "bf16-mixed"
        ema = 0
        size = 64
        largest_size = 128
        mpp = [1, 2.5]
        learning_rate = 0.01
        schedule = "constant"
        encoder_rate = 0.5
        warmup = 3
        click_weight = 0.1
        click_loss = "as_printed"
        click_radius_px = 8
        click_rounds = 1
        single_click = 0.3
        mask_dropped = 0
        composites = 0.1
        one_kind = 0.2
        some_structures = 0.3
        generated = 0.7
        first_masks = 0.4
        white_margins = 0.2
        low_weights = "mine"
        degraded_masks = 0.1
        mended = 0.6
        ramp_steps = 9
        whole_patches = true
        augmented = false
        blur = 0.6
        seed = 11
        sources = ["generated"]
        kinds = ["polyp"]
        left_out = []
        textures = [["a.svs", 0.5], ["b.svs", 1]]
        validate_every = 50
        validation = [{kind = "gland", limit = 3}, {split = "train", kind = "polyp"}]
        keep_better = true
        blend = 0.5
    """
    loaded = load_recipe(recipe(text))
    keys = {line.split("=")[0].strip() for line in text.splitlines() if line.strip()}
    assert keys == {field.name for field in dataclasses.fields(Recipe)} - {"name"}
    assert loaded.mpp == (1, 2.5)
    assert loaded.click_loss == "as_printed"
    assert loaded.sources == ("generated",)
    assert loaded.kinds == ("polyp",)
    assert loaded.textures == (("a.svs", 0.5), ("b.svs", 1))
    first = ValidationChoice(split="val", kind="gland", limit=3)
    assert loaded.validation == (first, ValidationChoice(split="train", kind="polyp"))


@pytest.mark.parametrize("lines", ["steps = 3\nepochs = 2", "steps = 0", "", "epochs = -1"])
def test_either_steps_or_epochs_say_how_long(recipe, lines):
    with pytest.raises(RecipeError) as caught:
        load_recipe(recipe(SMALLEST.replace("steps = 3", lines)))
    assert str(caught.value) == "The recipe mine must have steps or epochs, one of them and above 0."


@pytest.mark.parametrize(("images", "steps"), [(100, 50), (101, 51), (1, 1)])
def test_epochs_become_steps_that_see_every_image(recipe, images, steps):
    loaded = load_recipe(recipe(SMALLEST.replace("steps = 3", "epochs = 4\nbatch = 4\naccumulate = 2")))
    assert loaded.settled(images) == dataclasses.replace(loaded, steps=steps)
    assert load_recipe(recipe(SMALLEST)).settled(images).steps == 3


@pytest.mark.parametrize(
    ("name", "network", "epochs", "mpp"),
    [("paper-low", "unet", 100, 2.0), ("paper-high", "uctransnet", 40, 0.5)],
)
def test_the_papers_recipes_are_its_section_3_1_3(name, network, epochs, mpp):
    recipe = load_recipe(name)
    assert (recipe.network, recipe.pretrained, recipe.epochs, recipe.mpp) == (
        network,
        False,
        epochs,
        (mpp, mpp),
    )
    assert (recipe.batch, recipe.accumulate, recipe.size, recipe.whole_patches) == (4, 1, 1024, True)
    assert (recipe.learning_rate, recipe.schedule, recipe.warmup, recipe.ema) == (5e-5, "constant", 0, 0.0)
    assert (recipe.click_weight, recipe.click_rounds, recipe.precision) == (0.05, 3, "32-true")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(RecipeError) as caught:
        load_recipe("compact")
    assert str(caught.value) == f"There is no recipe 'compact'. Known are: {', '.join(recipe_names())}."


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(path))
    assert str(caught.value) == f"The recipe {path} cannot be read: No such file or directory."


def test_all_unknown_keys_are_named(recipe):
    with pytest.raises(RecipeError) as caught:
        load_recipe(recipe(SMALLEST + 'momentum = 0.9\ncolour = "red"\n'))
    assert str(caught.value) == "The recipe mine has unknown keys: colour, momentum."


def test_a_recipe_cannot_rename_itself(recipe):
    with pytest.raises(RecipeError, match="unknown keys: name"):
        load_recipe(recipe(SMALLEST + 'name = "other"\n'))


def test_all_missing_keys_are_named(recipe):
    with pytest.raises(RecipeError) as caught:
        load_recipe(recipe("steps = 3\nmpp = [1, 2]\n"))
    assert str(caught.value) == "The recipe mine lacks the keys: network, scale."


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("batch", '"4"'),
        ("batch", "4.0"),
        ("batch", "true"),
        ("precision", '"16"'),
        ("validation", '["val"]'),
        ("validation", '[{split = "test"}]'),
        ("validation", '[{limit = "3"}]'),
        ("validation", "[{most = 3}]"),
        ("blur", "{share = 0.3}"),
        ("blur", "true"),
        ("blur", '"0.3"'),
        ("pretrained", "1"),
        ("click_loss", '"l2"'),
        ("kinds", '"polyp"'),
        ("kinds", "[1]"),
        ("sources", '["drawn"]'),
        ("textures", '["a.svs", 0.5]'),
        ("textures", '[["a.svs"]]'),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_key(recipe, key, value):
    with pytest.raises(RecipeError, match=f"^The recipe mine has a {key} of the wrong kind: "):
        load_recipe(recipe(f"{SMALLEST}{key} = {value}\n"))


@pytest.mark.parametrize("value", ["2.0", "[2.0]", "[1, 2, 3]", '["a", "b"]'])
def test_a_range_of_scales_is_two_numbers(recipe, value):
    with pytest.raises(RecipeError, match="has a mpp of the wrong kind"):
        load_recipe(recipe(SMALLEST.replace("[1.5, 2.0]", value)))


def test_what_is_not_toml_is_said_to_be_so(recipe):
    with pytest.raises(RecipeError, match=r"^The recipe .*mine\.toml is not TOML: "):
        load_recipe(recipe("steps: 3"))


@pytest.mark.parametrize("name", ["compact-low", "compact-high-coarse", "compact-high"])
def test_without_click_loss_nothing_else_is_other(name):
    without = load_recipe(f"{name}-no-click-loss")
    assert without == dataclasses.replace(load_recipe(name), name=without.name, click_weight=0.0)


def test_only_what_is_compared_with_the_weights_before_can_be_blended_with_them(recipe):
    with pytest.raises(RecipeError, match="has a blend, which needs keep_better = true"):
        load_recipe(recipe('scale = "low"\nnetwork = "start"\nsteps = 3\nmpp = [1.5, 2.0]\nblend = 0.5'))


BOTH = """
network = "start"
keep_better = true
[low]
steps = 3
mpp = [1.5, 2.0]
[high]
steps = 5
mpp = [0.4, 0.7]
"""


def test_a_recipe_for_both_scales_has_a_table_for_each(recipe):
    low, high = load_recipes(recipe(BOTH))
    assert (low.scale, low.steps, low.mpp, low.keep_better) == ("low", 3, (1.5, 2.0), True)
    assert (high.scale, high.steps, high.mpp, high.network) == ("high", 5, (0.4, 0.7), START)
    with pytest.raises(RecipeError, match="is for both scales, and here one is asked for"):
        load_recipe(recipe(BOTH))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[high]", "[height]"), "needs the tables low and high and no scale"),
        (("network", 'scale = "low"\nnetwork'), "needs the tables low and high and no scale"),
        (("keep_better = true", ""), "which needs keep_better = true"),
        (("steps = 5", "stops = 5"), "has unknown keys: stops"),
        (("steps = 5", "steps = 5\nblend = 0.0"), "must be above 0 and at most 1"),
    ],
)
def test_a_recipe_for_both_scales_that_cannot_be_used_is_told(recipe, change, said):
    with pytest.raises(RecipeError, match=said):
        load_recipes(recipe(BOTH.replace(*change)))


def test_the_network_of_the_weights_it_begins_with_comes_with_its_skips_and_clicks(recipe):
    low, _ = load_recipes(recipe(BOTH))
    card = Card(
        name="a",
        network="compact-half",
        options=SkipOptions("fused", False),
        scale="low",
        mpp=2.0,
        click_radius_px=10,
        mean=(0, 0, 0),
        std=(1, 1, 1),
        pad_to_patch=False,
        data="",
        licence="",
        recipe="",
        seeds=(),
        figures={},
    )
    begun = low.begun_with(card)
    assert (begun.network, begun.skips, begun.click_radius_px) == ("compact-half", card.options, 10)
    named = dataclasses.replace(low, network="unet")
    assert named.begun_with(card) == named
