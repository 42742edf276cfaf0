"""What networks show for adapting them says the same as their answers."""

from __future__ import annotations

import pytest
import torch

from zoomiseg.guidance import guidance
from zoomiseg.networks import Explaining, build_network


@pytest.fixture(params=["compact-attention", "compact-fine", "compact-half"])
def network(request):
    torch.manual_seed(0)
    built = build_network(request.param).eval()
    for parameter in getattr(built, "correction", torch.nn.Identity()).parameters():
        torch.nn.init.normal_(parameter)
    return built


def question(clicks=((20, 30, 1), (70, 40, -1))):
    image = torch.randn(1, 3, 100, 130, generator=torch.Generator().manual_seed(1))
    return image, torch.from_numpy(guidance(list(clicks), None, 100, 130, radius_px=10))[None]


def nothing(network):
    return torch.zeros(1, 2, network.place_channels, 64), torch.zeros(1, 2, 64)


@torch.no_grad()
def test_without_memory_the_logits_are_those_of_the_answer(network):
    assert isinstance(network, Explaining)
    image, clicks = question()
    logits, *_ = network.explained(clicks, network.tissue(image), nothing(network))
    torch.testing.assert_close(logits, network(image, clicks))


@torch.no_grad()
def test_tuning_changes_the_answer_and_nothing_of_it_changes_nothing(network):
    image, clicks = question()
    tuning = torch.zeros(2, network.tuned_channels)
    untuned = network.explained(clicks, network.tissue(image), nothing(network), tuning)[0]
    assert torch.equal(untuned, network.explained(clicks, network.tissue(image), nothing(network))[0])
    for part in range(2):
        tuned = tuning.clone()
        tuned[part] = 0.3
        assert not torch.allclose(
            network.explained(clicks, network.tissue(image), nothing(network), tuned)[0], untuned
        )


@torch.no_grad()
def test_the_features_are_what_the_last_layer_makes_logits_of(network):
    image, clicks = question()
    logits, features, *_ = network.explained(clicks, network.tissue(image), nothing(network))
    if not hasattr(network, "coarse"):
        head = network.inner.head if hasattr(network, "inner") else network.head
        torch.testing.assert_close(head(features)[..., :100, :130], logits)
    else:
        assert features.shape[2:] == (64, 96)


@torch.no_grad()
def test_clicked_places_are_those_of_the_clicks_and_can_be_remembered(network):
    image, clicks = question()
    logits, _, seen, weights = network.explained(clicks, network.tissue(image), nothing(network))
    assert seen.shape == (1, 2, network.place_channels, 64)
    # One click of each sign: the mass of one disk, in as many cells as it lies on.
    torch.testing.assert_close(weights.sum(dim=2), torch.full((1, 2), float(weights[0, 0].sum())))
    assert weights.sum() > 0
    other = network.explained(question([(100, 80, 1)])[1], network.tissue(image), (seen, weights))[0]
    alone = network.explained(question([(100, 80, 1)])[1], network.tissue(image), nothing(network))[0]
    assert not torch.allclose(other, alone)
    assert logits.shape == other.shape
