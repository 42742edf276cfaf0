"""A network run as two gives the answers of the whole, and sees a patch once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.geometry import Box, Click
from zoomiseg.networks import Card, build_network
from zoomiseg.predict import AheadPredictor, OpenVinoPredictor, TorchPredictor
from zoomiseg.predict._convert import EXAMPLE_SHAPE, Probability
from zoomiseg.predict._preprocess import network_input, normalised
from zoomiseg.predict._tissue_cache import TissueCache

from .conftest import MakePatch


def seeing(name: str) -> nn.Module:
    """Return a network with the norms of one random batch, whose correction says something."""
    torch.manual_seed(0)
    network = build_network(name)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    with torch.no_grad():
        network(torch.randn(2, 3, 128, 128), torch.rand(2, 3, 128, 128).round())
        for parameter in getattr(network, "correction", nn.Identity()).parameters():
            nn.init.normal_(parameter)
    return network.eval()


@pytest.fixture(scope="module", params=["compact-attention", "compact-fine", "compact-half"])
def network(request: pytest.FixtureRequest) -> nn.Module:
    return seeing(request.param)


@pytest.fixture
def own_card(card: Card, request: pytest.FixtureRequest) -> Card:
    return replace(card, sha256="")


def test_the_two_parts_give_the_numbers_of_the_whole_and_of_torch(
    network: nn.Module, own_card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    split = OpenVinoPredictor(lambda: network, own_card, cache_folder=tmp_path)
    assert isinstance(split, AheadPredictor)
    reference = TorchPredictor(network, own_card, device=torch.device("cpu"))
    whole = split.runner(Probability(network), (torch.zeros(EXAMPLE_SHAPE),) * 2, name="")
    mask_input = np.random.default_rng(1).random((160, 128), np.float32)
    patch, other = (make_patch(Box(20, 40, 128, 160), seed=seed) for seed in (0, 1))
    for asked in (patch, other, patch):
        for clicks in ([Click(120, 90, 1)], [Click(120, 90, 1), Click(150, 200, -1)]):
            found = split.predict(asked, clicks, mask_input=mask_input)
            fed = network_input(asked, clicks, mask_input, own_card)
            (expected,) = whole(normalised(fed.pixels, own_card)[None], fed.guidance)
            np.testing.assert_allclose(found, expected[0, 0, : found.shape[0], : found.shape[1]], atol=1e-3)
            slow = reference.predict(asked, clicks, mask_input=mask_input)
            np.testing.assert_allclose(found, slow, atol=1e-3)


def test_what_is_kept_of_a_patch_answers_to_the_bit_as_what_was_just_seen(
    network: nn.Module, card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    patch, clicks = make_patch(Box(20, 40, 128, 160)), [Click(120, 90, 1)]
    first, later = (OpenVinoPredictor(lambda: network, card, cache_folder=tmp_path) for _ in range(2))
    found = first.predict(patch, clicks)
    later.look_at(patch)
    assert later.predict(patch, clicks).tobytes() == found.tobytes()
    assert first.predict(patch, clicks).tobytes() == found.tobytes()


def test_a_patch_is_seen_once_whoever_looks_first(
    network: nn.Module, own_card: Card, make_patch: MakePatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = OpenVinoPredictor(lambda: network, own_card, cache_folder=tmp_path)
    patch, clicks = make_patch(Box(0, 0, 64, 64)), [Click(20, 20, 1)]
    predictor.look_at(patch)
    predictor.look_at(make_patch(Box(5000, 5000, 64, 64)))

    def never(*_inputs: object) -> None:
        raise AssertionError("looked again")

    tissue, _ = predictor._network.parts
    monkeypatch.setattr(tissue, "run", never)
    predictor.predict(patch, clicks)
    with pytest.raises(AssertionError, match="looked again"):
        predictor.predict(make_patch(Box(0, 0, 64, 64), seed=1), clicks)


def test_what_is_kept_of_patches_is_bounded_and_the_longest_unused_goes() -> None:
    cache = TissueCache(max_bytes=2 * 400)
    computed: list[int] = []

    def compute(pixels: np.ndarray) -> tuple[np.ndarray, ...]:
        computed.append(int(pixels[0, 0, 0]))
        return (np.full(100, pixels[0, 0, 0], np.float32),)

    first, second, third = (np.full((2, 2, 3), value, np.uint8) for value in (1, 2, 3))
    for pixels in (first, second, first, third, first, second):
        assert cache.get(pixels, compute)[0][0] == pixels[0, 0, 0]
    assert computed == [1, 2, 3, 2]
    assert cache.size_bytes == 800


def test_pixels_of_another_shape_are_other_pixels() -> None:
    cache = TissueCache(max_bytes=1000)
    shapes = [
        cache.get(np.zeros(shape, np.uint8), lambda pixels: (np.float32(pixels.shape),))[0].tolist()
        for shape in ((2, 3, 3), (3, 2, 3))
    ]
    assert shapes == [[2, 3, 3], [3, 2, 3]]
