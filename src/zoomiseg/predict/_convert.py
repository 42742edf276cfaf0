"""From a torch module to an OpenVINO model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from threading import Lock
from typing import cast

import torch
from torch import Tensor, nn

from zoomiseg.networks import Splitting

from ._reader import Part
from ._runtime import openvino

# Any size will do that no layer could mistake for another of its numbers.
EXAMPLE_SHAPE = (1, 3, 64, 96)
_INT8_EXAMPLE_SHAPE = (1, 3, 64, 128)
"""A multiple of what the networks pad to, each side and channel count another number."""

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


class Tissue(nn.Module):
    """The layers of a `Splitting` network that need no click."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what `Answer` needs of an image."""
        return cast(Splitting, self.network).tissue(image)


class Answer(nn.Module):
    """The other layers, and the sigmoid that makes their logits a probability."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, guidance: Tensor, *tissue: Tensor) -> Tensor:
        """Return (N, 1, H, W) in [0, 1]."""
        return cast(Splitting, self.network).answer(guidance, tissue).sigmoid()


def converted(module: nn.Module, example: Sequence[Tensor]) -> openvino.Model:
    """Return the model of `module` for inputs of any size; those of the example are traced.

    It takes what `openvino.convert_model` is made of, without a second trace to compare with the first, and
    without what that does for inputs of known sizes: a third of the time, for which a first click may wait.
    """
    # Only now: its reports are kept from loading by _runtime, which has to come first.
    from openvino._offline_transformations import apply_moc_transformations  # noqa: PLC0415
    from openvino.frontend import FrontEndManager  # noqa: PLC0415
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder  # noqa: PLC0415

    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # OpenVINO itself calls what torch is about to retire.
        warnings.filterwarnings("ignore", message="`torch.jit", category=DeprecationWarning)
        traced = TorchScriptPythonDecoder(
            module, example_input=tuple(example), trace_kwargs={"check_trace": False}
        )
        frontend = FrontEndManager().load_by_framework("pytorch")
        model: openvino.Model = frontend.convert(frontend.load(traced))
        # Kept as it comes, it would be simplified at each start.
        apply_moc_transformations(model, cf=True)
    return model


def whole_part(network: nn.Module) -> Part:
    """Return all of a network, with an example of what it takes."""
    return Probability(network).eval(), (torch.zeros(EXAMPLE_SHAPE),) * 2


def tissue_part(network: nn.Module) -> Part:
    """Return the layers of a `Splitting` network that need no click, with an example."""
    return Tissue(network).eval(), (torch.zeros(EXAMPLE_SHAPE),)


def answer_part(network: nn.Module) -> Part:
    """Return the other layers of a `Splitting` network, with an example."""
    example = torch.zeros(EXAMPLE_SHAPE)
    return Answer(network).eval(), (example, *_seen(network, example))


def float_models(network: nn.Module) -> tuple[openvino.Model, openvino.Model]:
    """Return both parts of a `Splitting` network in float32, for a quantiser to begin with.

    The first takes a normalised image; the second guidance, and what the first gave.
    """
    example = torch.zeros(_INT8_EXAMPLE_SHAPE)
    seen = _seen(network, example)
    return (
        converted(Tissue(network).eval(), (example,)),
        converted(Answer(network).eval(), (example, *seen)),
    )


def _seen(network: nn.Module, image: Tensor) -> tuple[Tensor, ...]:
    with torch.inference_mode():
        seen: tuple[Tensor, ...] = Tissue(network).eval()(image)
    return seen
