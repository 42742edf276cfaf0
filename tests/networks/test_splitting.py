"""What depends on the tissue alone can be computed before there is a click."""

from __future__ import annotations

import pytest
import torch

from zoomiseg.guidance import guidance
from zoomiseg.networks import Splitting, build_network


@pytest.fixture(params=["compact-attention", "compact-fine", "compact-half"])
def network(request):
    torch.manual_seed(0)
    built = build_network(request.param, drop_second_skip=False).eval()
    for parameter in getattr(built, "correction", torch.nn.Identity()).parameters():
        torch.nn.init.normal_(parameter)
    return built


@torch.no_grad()
@pytest.mark.parametrize("size", [(64, 128), (100, 130)])
def test_the_answer_to_the_tissue_is_the_answer_of_the_network(network, size):
    assert isinstance(network, Splitting)
    image = torch.randn(1, 3, *size)
    tissue = network.tissue(image)
    for clicks in ([(20, 30, 1)], [(20, 30, 1), (40, 10, -1)]):
        maps = torch.from_numpy(guidance(clicks, None, *size, radius_px=5))[None]
        assert torch.equal(network.answer(maps, tissue), network(image, maps))


@pytest.mark.parametrize("name", ["compact-lite0", "unet", "uctransnet"])
def test_a_network_whose_first_layer_takes_the_clicks_cannot_be_split(name):
    assert not isinstance(build_network(name), Splitting)
