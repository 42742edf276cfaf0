"""Ablations differ from their default in what their names say and in nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoomiseg.training import load_recipe

RECIPES = Path(__file__).parents[2] / "benchmarks" / "recipes"


def ablation(name):
    return load_recipe(str(RECIPES / f"ablation-{name}.toml"))


@pytest.mark.parametrize(
    ("name", "default", "other"),
    [
        ("radius-8", "low", {"click_radius_px": 8}),
        ("radius-12", "low", {"click_radius_px": 12}),
        ("mask-drop-0", "low", {"mask_dropped": 0.0}),
        ("mask-drop-20", "low", {"mask_dropped": 0.2}),
        ("as-printed", "low", {"click_loss": "as_printed"}),
        ("no-click-loss", "low", {"click_weight": 0.0}),
        ("plain-skips", "low", {"shallow_skip": "fused", "drop_second_skip": False}),
        ("from-scratch", "low", {"pretrained": False}),
        ("no-first-masks", "high", {"first_masks": 0.0}),
    ],
)
def test_a_variant_differs_from_its_default_as_its_name_says(name, default, other):
    found = ablation(name)
    assert found == replace(ablation(default), name=found.name, **other)


def test_the_defaults_are_ours_where_the_paper_is_silent():
    low, high = ablation("low"), ablation("high")
    assert (low.click_radius_px, low.mask_dropped, low.click_loss) == (5, 0.1, "hinge")
    assert (low.shallow_skip, low.drop_second_skip, low.pretrained) == ("image", True, True)
    assert (high.scale, high.first_masks, low.click_weight) == ("high", 0.5, 0.05)
