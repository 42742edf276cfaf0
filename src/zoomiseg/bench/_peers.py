"""What a user would pick instead, with random weights where only the time counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from zoomiseg.experiment import untrained_sam
from zoomiseg.geometry import PATCH_SIZE, ScaleName
from zoomiseg.guidance import PatchPoint
from zoomiseg.networks import Card, build_network
from zoomiseg.predict import Predictors, TorchPredictor

from ._hrnet import Hrnet18s

PAPER: dict[ScaleName, str] = {"low": "unet", "high": "uctransnet"}


def paper_predictors(ours: Predictors) -> Predictors:
    """Return the paper's networks at the paper's width, in PyTorch eager."""
    torch.manual_seed(0)
    cards = {"low": ours.low_card, "high": ours.high_card}
    low, high = (
        TorchPredictor(build_network(PAPER[scale]), _renamed(cards[scale], PAPER[scale]), device=_CPU)
        for scale in PAPER
    )
    return Predictors(low, high, low.card, high.card, "paper", "torch")


def eager_predictors(ours: Predictors) -> Predictors:
    """Return our own networks in PyTorch eager."""
    low, high = (TorchPredictor(each.module, each.card, device=_CPU) for each in (ours.low, ours.high))
    return Predictors(low, high, low.card, high.card, ours.name, "torch")


def eager_run(module: nn.Module) -> Callable[[], object]:
    """Return a run of a network on one patch, its input ready as PyTorch likes it best."""
    image = torch.zeros(1, 3, PATCH_SIZE, PATCH_SIZE).to(memory_format=torch.channels_last)

    def run() -> object:
        with torch.inference_mode():
            return module(image, image).sigmoid()

    return run


def hrnet() -> nn.Module:
    """Return a network of the size of RITM's HRNet-18s."""
    torch.manual_seed(0)
    built: nn.Module = Hrnet18s().eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return built


class SamPatch:
    """Segment Anything ViT-B on one image of a patch's size."""

    def __init__(self) -> None:
        self._method = untrained_sam()
        self._image = np.zeros((PATCH_SIZE, PATCH_SIZE, 3), np.uint8)
        self._points: list[PatchPoint] = []

    def first_click(self) -> None:
        """Look at an image that it has not seen, and answer a click."""
        # One pixel that differs makes it another image.
        self._image[0, 0, 0] += 1
        self._points = []
        self.later_click()

    def later_click(self) -> None:
        """Answer one more click on the image."""
        self._points.append((100 + 37 * len(self._points), 500, 1))
        self._method.predict(self._image, self._points, None)


def _renamed(card: Card, network: str) -> Card:
    return replace(card, name=network, network=network, sha256="0" * 64, int8_sha256="")


_CPU = torch.device("cpu")
