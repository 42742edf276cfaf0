"""Blended normalisation, against means and variances taken directly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.adapt._statistics import SHARE, statistics_digest, with_tissue_statistics
from zoomiseg.networks import build_network


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.BatchNorm2d(3)
        self.convolution = nn.Conv2d(3, 5, 1)
        self.second = nn.BatchNorm2d(5)

    def forward(self, image, guidance):
        return self.second(self.convolution(self.first(image))) + guidance[:, :1]


def images(count=3):
    rng = np.random.default_rng(0)
    return [rng.normal(2, 3, (1, 3, 8 + 8 * index, 16)).astype(np.float32) for index in range(count)]


def test_each_layer_leans_towards_what_reaches_it():
    torch.manual_seed(0)
    network = Small().eval()
    adapted = with_tissue_statistics(network, images())
    pixels = np.concatenate([image[0].reshape(3, -1) for image in images()], axis=1).astype(np.float64)
    reach_second = (
        network.convolution.weight[:, :, 0, 0].detach().numpy() @ pixels / np.sqrt(1 + 1e-5)
        + network.convolution.bias.detach().numpy()[:, None]
    )
    for layer, met in ((adapted.first, pixels), (adapted.second, reach_second)):
        np.testing.assert_allclose(layer.running_mean, SHARE * met.mean(1), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(layer.running_var, 1 - SHARE + SHARE * met.var(1), rtol=1e-4)


@pytest.mark.parametrize("name", ["compact-attention", "compact-half", "compact-fine"])
def test_every_layer_of_our_networks_meets_the_tissue(name):
    torch.manual_seed(0)
    network = build_network(name).eval()
    rng = np.random.default_rng(3)
    tissue = [rng.normal(0, 1, (1, 3, 96, 128)).astype(np.float32) for _ in range(2)]
    adapted = with_tissue_statistics(network, tissue)
    assert not any(layer.training for layer in adapted.modules())
    norms = [
        (old, new)
        for old, new in zip(network.modules(), adapted.modules(), strict=True)
        if isinstance(old, nn.BatchNorm2d)
    ]
    assert len(norms) > 50
    for old, new in norms:
        assert torch.isfinite(new.running_mean).all()
        assert torch.isfinite(new.running_var).all()
        # A layer that met nothing but zeros would still have another variance.
        assert not torch.equal(new.running_var, old.running_var)
    image, guidance = torch.from_numpy(tissue[0]), torch.zeros(1, 3, 96, 128)
    with torch.inference_mode():
        assert torch.isfinite(adapted(image, guidance)).all()


def test_the_network_itself_stays_and_its_copy_is_told_apart():
    torch.manual_seed(0)
    network = Small()
    before = statistics_digest(network)
    adapted = with_tissue_statistics(network, images())
    assert statistics_digest(network) == before
    assert statistics_digest(adapted) != before


def test_without_images_the_copy_is_alike():
    network = Small()
    assert statistics_digest(with_tissue_statistics(network, [])) == statistics_digest(network)
