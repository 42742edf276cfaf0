"""What a network must compute and move at least."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from zoomiseg.geometry import PATCH_SIZE
from zoomiseg.networks import Splitting

_COUNTED_SIZE = 256
_ATEN = torch.ops.aten
_PRODUCTS = {_ATEN.convolution: 0, _ATEN.addmm: 1, _ATEN.mm: 0, _ATEN.bmm: 0}
"""By operation, which argument is no weight."""


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
    counted = _Numbers()
    image = torch.zeros(1, 3, _COUNTED_SIZE, _COUNTED_SIZE)
    with torch.no_grad(), FlopCounterMode(display=False) as flops, counted:
        network.eval()
        run(image)
    # Convolutions, and attention to a fixed number of places, cost in proportion to the pixels.
    larger = (PATCH_SIZE // _COUNTED_SIZE) ** 2
    return Cost(int(flops.get_total_flops()) * larger, counted.total * larger)


class _Numbers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what convolutions and matrix products read, weights aside, and write."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        del types
        output = func(*args, **(kwargs or {}))
        if func.overloadpacket in _PRODUCTS:
            read = args[_PRODUCTS[func.overloadpacket]]
            self.total += read.numel() + output.numel()
        return output
