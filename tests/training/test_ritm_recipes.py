"""The recipes of the network that ours is held against differ in nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoomiseg.networks import build_network
from zoomiseg.training import load_recipe, save_weights

RECIPES = Path(__file__).parents[2] / "benchmarks" / "recipes"
OF_RITM = {"network": "ritm-style", "shallow_skip": "fused", "drop_second_skip": False, "click_weight": 0.0}


@pytest.mark.parametrize(("scale", "recipe"), [("low", "compact-low"), ("high", "compact-high-coarse")])
def test_only_network_skips_and_click_loss_are_others(scale, recipe):
    found, ours = load_recipe(str(RECIPES / f"ritm-style-{scale}.toml")), load_recipe(recipe)
    assert found == replace(ours, name=found.name, **OF_RITM)


@pytest.mark.parametrize("scale", ["low", "high"])
def test_its_weights_are_run_with_the_margins_of_the_compact_network(tmp_path, scale):
    recipe = load_recipe(str(RECIPES / f"ritm-style-{scale}.toml"))
    network = build_network("ritm-style", shallow_skip="fused", drop_second_skip=False)
    assert not save_weights(network, recipe, tmp_path).pad_to_patch
