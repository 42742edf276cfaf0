"""From a torch module to an OpenVINO model."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from ._runtime import openvino

# Any size will do that no layer could mistake for another of its numbers.
_EXAMPLE_SHAPE = (1, 3, 64, 96)


class _Probability(nn.Module):
    """The network with the sigmoid that makes its logits a probability."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        probability: Tensor = self.network(image, guidance).sigmoid()
        return probability


def converted(module: nn.Module) -> openvino.Model:
    """Return the model of `module` for inputs of any size: image and guidance to probability."""
    example = (torch.zeros(_EXAMPLE_SHAPE), torch.zeros(_EXAMPLE_SHAPE))
    with warnings.catch_warnings():
        # OpenVINO itself calls what torch is about to retire.
        warnings.filterwarnings("ignore", message="`torch.jit", category=DeprecationWarning)
        model: openvino.Model = openvino.convert_model(_Probability(module), example_input=example)
    return model
