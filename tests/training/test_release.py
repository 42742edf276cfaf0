"""A trained network becomes weights with a card."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from zoomiseg.networks import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    SkipOptions,
    build_network,
    load_network,
    read_card,
    read_int8,
    save_int8,
)
from zoomiseg.training import keep_weights, save_weights
from zoomiseg.training._learner import new_network

from .stubs import tiny_recipe


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return build_network("compact-unet16").eval()


def test_saved_weights_answer_as_the_trained_network_did(network, tmp_path):
    save_weights(network, tiny_recipe(network="compact-unet16"), tmp_path / "mine")
    loaded, _ = load_network(tmp_path / "mine", "low")
    image, guidance = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        answers = loaded.eval()(image, guidance), network(image, guidance)
    # Weights are stored in half precision.
    torch.testing.assert_close(*answers, rtol=0.0, atol=1e-3)
    assert answers[1].std() > 1e-3


@pytest.mark.parametrize(("scale", "mpp"), [("low", 2.0), ("high", 0.5)])
def test_the_card_says_what_the_recipe_decided(network, tmp_path, scale, mpp):
    recipe = tiny_recipe(network="compact-unet16", scale=scale, click_radius_px=8, seed=5)
    card = save_weights(
        network, recipe, tmp_path / "mine", data="Generated.", licence="CC0-1.0", figures={"noc85": 2.5}
    )
    assert (card.name, card.network, card.scale, card.mpp) == ("mine", "compact-unet16", scale, mpp)
    assert (card.click_radius_px, card.recipe, card.seeds) == (8, "tiny", (5,))
    assert (card.mean, card.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert card.options == SkipOptions("image", True)
    assert not card.pad_to_patch
    assert (card.data, card.licence, dict(card.figures)) == ("Generated.", "CC0-1.0", {"noc85": 2.5})
    assert load_network(tmp_path / "mine", scale)[1] == card


def test_a_recipe_without_the_skip_modifications_trains_and_keeps_such_a_network(tmp_path):
    recipe = tiny_recipe(network="compact-unet16", shallow_skip="fused", drop_second_skip=False)
    trained = new_network(recipe, None, pretrained=False)
    wider = build_network("compact-unet16", shallow_skip="fused", drop_second_skip=False)
    assert [p.shape for p in trained.parameters()] == [p.shape for p in wider.parameters()]
    card = save_weights(trained, recipe, tmp_path / "mine")
    assert card.options == SkipOptions("fused", False)
    loaded, _ = load_network(tmp_path / "mine", "low")
    assert [p.shape for p in loaded.parameters()] == [p.shape for p in wider.parameters()]


def test_kept_weights_are_the_same_to_the_byte_under_a_new_name_quantised_model_and_all(network, tmp_path):
    save_weights(network, tiny_recipe(network="compact-unet16"), tmp_path / "old")
    before = save_int8(tmp_path / "old", "low", b"a quantised model")
    card = keep_weights(tmp_path / "old", tmp_path / "mine", "low")
    assert card == replace(before, name="mine")
    assert read_card(tmp_path / "mine", "low") == card
    assert read_int8(tmp_path / "mine", "low") == b"a quantised model"
    tensors = [(tmp_path / name / "low.safetensors").read_bytes() for name in ("old", "mine")]
    assert tensors[0] == tensors[1]
