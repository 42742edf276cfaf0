from __future__ import annotations

import torch
from torch import nn

from zoomiseg.bench._cost import Cost, network_cost, tissue_cost
from zoomiseg.bench._hrnet import Hrnet18s
from zoomiseg.networks import build_network


class TwoLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.second = nn.Conv2d(8, 2, 1, bias=False)

    def tissue(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (self.first(image),)

    def answer(self, guidance: torch.Tensor, tissue: object) -> torch.Tensor:
        raise NotImplementedError

    def forward(self, image: torch.Tensor, guidance: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(image))


def test_a_convolution_costs_its_products_and_what_it_reads_and_writes():
    pixels = 1024**2
    first = Cost(2 * 3 * 8 * 9 * pixels, (3 + 8) * pixels)
    second = Cost(2 * 8 * 2 * pixels, (8 + 2) * pixels)
    whole = network_cost(TwoLayers())
    assert whole == Cost(first.flops + second.flops, first.numbers + second.numbers)
    assert tissue_cost(TwoLayers()) == first
    assert whole - first == second


def test_a_layer_of_full_connections_costs_its_products_too():
    class Connected(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 5)

        def forward(self, image: torch.Tensor, guidance: torch.Tensor) -> torch.Tensor:
            return self.layer(image.flatten(2).transpose(1, 2))

    pixels = 1024**2
    assert network_cost(Connected()) == Cost(2 * 3 * 5 * pixels, (3 + 5) * pixels)


def test_what_takes_clicks_from_the_start_has_no_tissue_to_pay_once():
    assert tissue_cost(build_network("compact-unet16")) == Cost(0, 0)


def test_the_network_of_ritms_size_answers_at_the_size_of_its_image():
    torch.manual_seed(0)
    network = Hrnet18s().eval()
    with torch.inference_mode():
        logits = network(torch.randn(1, 3, 64, 96), torch.zeros(1, 3, 64, 96))
    assert logits.shape == (1, 1, 64, 96)
    # HRNet-W18 small v2 without its classifier has 3.9 million parameters (Wang et al. 2020).
    assert 3.5e6 < sum(each.numel() for each in network.parameters()) < 4.3e6
