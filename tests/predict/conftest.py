from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.geometry import Box, Grid, PatchFrame
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions, build_network, save_network
from zoomiseg.predict import Patch

MakePatch = Callable[..., Patch]


@pytest.fixture(scope="session")
def module() -> nn.Module:
    """The compact network with the norms of one random batch, so that its answers vary over the patch."""
    torch.manual_seed(0)
    network = build_network("compact-lite0")
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = None
    with torch.no_grad():
        network(torch.randn(2, 3, 96, 96), torch.rand(2, 3, 96, 96).round())
    return network.eval()


@pytest.fixture(scope="session")
def card() -> Card:
    return Card(
        name="tiny",
        network="compact-lite0",
        options=SkipOptions(),
        scale="low",
        mpp=2.0,
        click_radius_px=3,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        pad_to_patch=False,
        data="Random numbers.",
        licence="Apache-2.0",
        recipe="none",
        seeds=(),
        figures={},
        sha256="ab" * 32,
    )


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory: pytest.TempPathFactory, module: nn.Module, card: Card) -> Path:
    folder = tmp_path_factory.mktemp("weights") / "tiny"
    save_network(folder, "low", module, card)
    save_network(folder, "high", module, replace(card, scale="high", mpp=0.5, seeds=(1,)))
    return folder


@pytest.fixture
def make_patch() -> MakePatch:
    def make(box: Box, *, slide: tuple[int, int] = (1000, 1000), seed: int = 0) -> Patch:
        """A patch of noise on a slide of `slide` grid pixels, each 2 level-0 pixels wide; white outside."""
        frame = PatchFrame(Grid((2.0, 2.0), *slide, (2.0, 2.0)), box)
        image = np.full((box.height, box.width, 3), 255, np.uint8)
        inside = frame.inside.slices_in(Box(0, 0, box.width, box.height))
        image[inside] = np.random.default_rng(seed).integers(0, 256, image[inside].shape, np.uint8)
        return Patch(image, frame)

    return make
