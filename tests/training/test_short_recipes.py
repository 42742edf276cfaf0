"""Short runs that are compared differ in what their names say and in nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoomiseg.training import load_recipe

RECIPES = Path(__file__).parents[2] / "benchmarks" / "recipes"
LONG = {"low": "compact-low", "high": "compact-high-coarse"}


def short(scale, variant):
    return load_recipe(str(RECIPES / f"short-{scale}-{variant}.toml"))


@pytest.mark.parametrize("scale", ["low", "high"])
def test_the_default_is_the_recipe_of_the_shipped_weights_but_for_its_length(scale):
    found = short(scale, "default")
    assert found == replace(load_recipe(LONG[scale]), name=found.name, steps=1000, ramp_steps=300)


@pytest.mark.parametrize("scale", ["low", "high"])
@pytest.mark.parametrize(
    ("variant", "other"),
    [
        ("generated", {"sources": ("generated",), "generated": 1.0, "textures": ()}),
        ("plain-skips", {"shallow_skip": "fused", "drop_second_skip": False}),
    ],
)
def test_a_variant_differs_from_the_default_as_its_name_says(scale, variant, other):
    found = short(scale, variant)
    assert found == replace(short(scale, "default"), name=found.name, **other)
