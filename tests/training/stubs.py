"""A network small enough to train in milliseconds, and samples to train it on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from zoomiseg.datasets import Pair
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions
from zoomiseg.training import LowNetwork, Recipe, Sample, ValidationSet
from zoomiseg.training._library import Library
from zoomiseg.training._stored import Stored, as_png
from zoomiseg.training._tiles import stored_parts

SIZE = 12


def library_of(pairs: Sequence[Pair], textures=(), *, mpp=(1.0, 1.0), size: int = 48) -> Library:
    return Library([part for pair in pairs for part in stored_parts(pair, mpp=mpp, size=size)], textures)


class TinyNetwork(nn.Module):
    """Everything whose state a resumed run must get right: weights, running means, dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.image_branch = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4))
        self.guidance_branch = nn.Conv2d(3, 4, 3, padding=1)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Conv2d(4, 1, 1)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        return self.image_branch.parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        fused = torch.relu(self.image_branch(image) + self.guidance_branch(guidance))
        return self.head(self.dropout(fused))


class RandomSamples:
    """Sample i is a function of i; asking for `broken_at` or beyond fails, as a killed run would."""

    def __init__(self, *, broken_at: int | None = None, digest: str = "") -> None:
        self.broken_at, self.digest = broken_at, digest
        self.asked: list[int] = []

    def sample(self, index: int) -> Sample:
        if self.broken_at is not None and index >= self.broken_at:
            raise InterruptedError(f"Sample {index} is out of reach.")
        self.asked.append(index)
        rng = np.random.default_rng(index)
        target = np.zeros((SIZE, SIZE), bool)
        row, column = rng.integers(0, SIZE - 5, 2)
        target[row : row + 5, column : column + 5] = True
        image = np.where(target[..., None], 120, 220) + rng.integers(0, 30, (SIZE, SIZE, 3))
        return Sample(image.astype(np.uint8), target, None)


def tiny_recipe(**changes) -> Recipe:
    values = {
        "name": "tiny",
        "scale": "low",
        "network": "tiny",
        "pretrained": False,
        "steps": 7,
        "batch": 2,
        "size": SIZE,
        "mpp": (1.0, 2.0),
        "learning_rate": 0.01,
        "warmup": 2,
        "click_radius_px": 1,
    }
    return Recipe(**(values | changes))


class StillNetwork(nn.Module):
    """A network without norms and dropout: the mean of two gradients is that of both samples together."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(6, 4, 3, padding=1)
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        return self.head(torch.tanh(self.first(torch.cat([image, guidance], dim=1))))


def stored_sample(index: int) -> Stored:
    """A random sample as it would wait in memory, at 1 µm."""
    sample = RandomSamples().sample(index)
    return Stored(
        image=as_png(np.ascontiguousarray(sample.image[..., ::-1])),
        values=as_png(sample.target.astype(np.uint8)),
        target=1,
        mpp=1.0,
        kind="",
        marked=float(sample.target.mean()),
        bright=0.0,
    )


def validation_set(count: int = 3) -> ValidationSet:
    return ValidationSet("val", 1.0, tuple(stored_sample(100 + index) for index in range(count)))


def low_network(module: nn.Module, *, radius_px: int = 1, sha256: str = "0" * 64) -> LowNetwork:
    card = Card(
        name="low",
        network="tiny",
        options=SkipOptions(),
        scale="low",
        mpp=2.0,
        click_radius_px=radius_px,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        pad_to_patch=False,
        data="",
        licence="",
        recipe="",
        seeds=(),
        figures={},
        sha256=sha256,
    )
    return LowNetwork(module.eval(), card)
