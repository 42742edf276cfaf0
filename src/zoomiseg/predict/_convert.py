"""From a torch module to an OpenVINO model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from threading import Lock

import torch
from torch import Tensor, nn

from ._runtime import openvino

# torch notes what it traces in one place for all threads: two networks at once are mixed up.
_ONE_AT_A_TIME = Lock()


class Probability(nn.Module):
    """A network with the sigmoid that makes its logits a probability."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) in [0, 1]."""
        probability: Tensor = self.network(image, guidance).sigmoid()
        return probability


def converted(module: nn.Module, example_shapes: Sequence[tuple[int, ...]]) -> openvino.Model:
    """Return the model of `module` for inputs of any size; those of the example are traced."""
    example = tuple(torch.zeros(shape) for shape in example_shapes)
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # OpenVINO itself calls what torch is about to retire.
        warnings.filterwarnings("ignore", message="`torch.jit", category=DeprecationWarning)
        model: openvino.Model = openvino.convert_model(module, example_input=example)
    return model
