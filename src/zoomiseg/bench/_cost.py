"""What a network must compute and move at least."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from zoomiseg.geometry import PATCH_SIZE
from zoomiseg.networks import Splitting

_COUNTED_SIZE = 256


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run on a whole patch.

    Args:
        flops: Of convolutions and matrix products, a multiplication and an addition counted as two.
        numbers: Read and written by all layers with weights: their inputs and outputs.
    """

    flops: int
    numbers: int

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.flops - other.flops, self.numbers - other.numbers)


def network_cost(network: nn.Module) -> Cost:
    """Return the cost of a forward pass at one patch."""
    return _counted(network, lambda image: network(image, image))


def tissue_cost(network: nn.Module) -> Cost:
    """Return the part of it that a `Splitting` network has to pay once a patch; nothing for another."""
    if not isinstance(network, Splitting):
        return Cost(0, 0)
    return _counted(network, network.tissue)


def _counted(network: nn.Module, run: Callable[[Tensor], object]) -> Cost:
    numbers = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal numbers
        numbers += inputs[0].numel() + output.numel()

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        with torch.inference_mode(), FlopCounterMode(display=False) as counter:
            run(torch.zeros(1, 3, _COUNTED_SIZE, _COUNTED_SIZE))
    finally:
        for hook in hooks:
            hook.remove()
    # Convolutions, and attention to a fixed number of places, cost in proportion to the pixels.
    larger = (PATCH_SIZE // _COUNTED_SIZE) ** 2
    return Cost(int(counter.get_total_flops()) * larger, numbers * larger)
