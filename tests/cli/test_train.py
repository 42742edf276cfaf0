from __future__ import annotations

import re

import pytest

from zoomiseg import training
from zoomiseg.networks import verify_weights

from .pairs import write_pairs

RECIPE = """
scale = "low"
network = "compact-unet16"
pretrained = false
steps = 2
batch = 1
size = 64
mpp = [2.0, 2.0]
click_rounds = 0
composites = 0.0
"""


@pytest.fixture
def recipe(tmp_path):
    write_pairs(tmp_path)
    path = tmp_path / "quick.toml"
    path.write_text(RECIPE)
    return path


def train(run, recipe, *more):
    return run("train", recipe, "--data", recipe.parent, "-o", recipe.parent / "mine", *more)


def test_json_has_the_keys_of_the_contract_and_the_weights_are_whole(run, recipe):
    answer = train(run, recipe, "--json")
    assert answer.code == 0
    values = answer.json
    assert values.keys() == {"weights", "card", "best"}
    folder = recipe.parent / "mine"
    assert values["weights"] == str(folder / "low.safetensors")
    assert values["card"] == str(folder / "low.json")
    (card,) = verify_weights(str(folder), allow_path=True).values()
    assert (values["best"]["step"], values["best"]["sha256"]) == (2, card.sha256)
    assert values["best"]["validation"]["val"]["images"] == 2
    assert card.figures == {"validation": values["best"]["validation"]}
    assert (card.name, card.recipe) == ("mine", "quick")


def interrupted(*arguments, **options):
    raise KeyboardInterrupt


def test_data_may_lie_in_several_folders(run, recipe, tmp_path, monkeypatch):
    asked = []
    for name in ("training_tasks", "validation_sets"):
        whole = getattr(training, name)

        def noted(recipe, *folders, whole=whole):
            asked.append(folders)
            return whole(recipe, *folders)

        monkeypatch.setattr(training, name, noted)
    monkeypatch.setattr(training, "train", interrupted)
    more = tmp_path / "more"
    more.mkdir()
    write_pairs(more)
    assert train(run, recipe, "--data", more).code == 130
    assert asked == [(recipe.parent, more)] * 2


def test_it_tells_how_it_goes_and_what_it_has_to_wait_for(run, recipe):
    answer = train(run, recipe)
    assert answer.code == 0
    assert re.search(r"Step 2 of 2: loss \d\.\d+, IoU 0\.\d+, .* \d+% of it waiting for samples", answer.said)
    assert re.search(r"Step 2, val: \d+\.\d clicks to 0\.85 \(\d of 2 never\), IoU 0\.\d+ after", answer.said)
    assert "Step 2: the best so far, validated in" in answer.said


def test_a_validation_set_without_images_is_told(run, recipe):
    recipe.write_text(RECIPE + 'validation = [{kind = "gland"}]')
    answer = train(run, recipe, "--json")
    assert answer.code == 0
    assert (
        "Warning: The data have no image for the validation set 'val gland'; it is left out." in answer.said
    )
    assert answer.json["best"]["validation"] == {}


def test_an_interrupted_run_says_how_to_go_on(run, recipe, monkeypatch):
    monkeypatch.setattr("zoomiseg.training.train", interrupted)
    answer = train(run, recipe)
    assert answer.code == 130
    assert f"is in {recipe.parent / 'mine' / 'training' / 'low'}; with --resume" in answer.said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("huge", "There is no recipe 'huge'. Known are: compact-high"),
        ("no.toml", "The recipe no.toml cannot be read: No such file or directory."),
    ],
)
def test_a_recipe_that_is_none_is_told(run, tmp_path, name, said):
    answer = run("train", name, "--data", tmp_path, "-o", tmp_path / "mine")
    assert answer.code == 1
    assert said in answer.said


def test_data_that_are_missing_are_told(run, recipe, tmp_path):
    answer = run("train", recipe, "--data", tmp_path / "nowhere", "-o", tmp_path / "mine")
    assert answer.code == 1
    assert "pairs.csv" in answer.said


def test_weights_to_begin_with_must_be_of_the_recipes_network(run, recipe):
    answer = train(run, recipe, "--from", "compact")
    assert answer.code == 1
    assert "compact" in answer.said
