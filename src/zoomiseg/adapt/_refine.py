"""Gains and shifts of what the clicks tell a network, moved until it says what they say."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import softplus

from zoomiseg.geometry import Box
from zoomiseg.predict import FloatArray

from ._views import Question

STEPS = 4
_RATE = 0.05
_KEPT = 1.0
"""Weight of leaving the answer as it is where the network is sure, against the clicks'."""
_SMALL = 0.1
_SIDE_PX = 384
"""What is looked at around the newest click: a step on a whole patch takes seconds on a CPU."""
_RASTER_PX = 64


class TunedNetwork(Protocol):
    """Image, guidance, places, their weights, tuning to logits and more."""

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]: ...


def refined(
    network: nn.Module,
    image: FloatArray,
    question: Question,
    places: tuple[FloatArray, FloatArray],
    *,
    channels: int,
) -> FloatArray:
    """Return (2, channels) that makes the network obey the clicks, and little else; zeros without a click.

    After Sofiiuk et al. 2020, "f-BRS", and Min and Jeong 2023, "CGAM": the weights stay, and a gain and a
    shift of each map that the clicks make go down the gradient of the logistic loss on the clicked disks, +
    the mean of c (z - z0)^2 over all pixels, z being logits, z0 those before and c = (2 |p0 - 1/2|)^2, + 0.1
    times the mean square of gains and shifts. Four steps of Adam, in 384 pixels a side around the
    newest click.

    Args:
        network: Image, guidance, places, their weights and tuning to logits and more; see `Explaining`.
        image: (1, 3, H, W) float32, normalised.
        question: What it is asked of the image.
        places: Of other patches, and what they count for.
        channels: Of the tuning.
    """
    if not question.points:
        return np.zeros((2, channels), np.float32)
    window = _window(question)
    rows, columns = window.slices_in(Box(0, 0, *image.shape[:1:-1]))
    device = next(network.parameters()).device
    seen, guidance, *told = (
        torch.from_numpy(np.ascontiguousarray(each)).to(device)
        for each in (image[..., rows, columns], question.guidance[..., rows, columns], *places)
    )
    weights = {name: value.detach() for name, value in network.state_dict().items()}
    tuning = torch.zeros(2, channels, device=device, requires_grad=True)
    optimiser = torch.optim.Adam([tuning], lr=_RATE)
    before: Tensor | None = None
    for _ in range(STEPS):
        logits = functional_call(network, weights, (seen, guidance, *told, tuning))[0]
        if before is None:
            before = logits.detach()
        loss = _loss(logits, before, guidance) + _SMALL * tuning.square().mean()
        (tuning.grad,) = torch.autograd.grad(loss, [tuning])
        optimiser.step()
    return tuning.detach().cpu().numpy()


def _loss(logits: Tensor, before: Tensor, guidance: Tensor) -> Tensor:
    positive, negative = guidance[:, :1], guidance[:, 1:2]
    clicks = (softplus(-logits) * positive + softplus(logits) * negative).sum()
    sure = (2 * (before.sigmoid() - 0.5)).square()
    kept = (sure * (logits - before).square()).mean()
    return clicks / (positive.sum() + negative.sum()) + _KEPT * kept


def _window(question: Question) -> Box:
    """Return the pixels around the newest click, on a raster that no layer of the network splits."""
    height, width = question.guidance.shape[2:]
    column, row, _ = question.points[-1]
    left, top = _start(column, width), _start(row, height)
    return Box(left, top, min(_SIDE_PX, width - left), min(_SIDE_PX, height - top))


def _start(place: int, limit: int) -> int:
    latest = max(-(-(limit - _SIDE_PX) // _RASTER_PX) * _RASTER_PX, 0)
    return min(max((place - _SIDE_PX // 2) // _RASTER_PX * _RASTER_PX, 0), latest)
