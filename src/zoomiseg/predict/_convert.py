"""From a torch module to an OpenVINO model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from threading import Lock
from typing import cast

from torch import Tensor, nn

from zoomiseg.networks import Splitting

from ._ir_cache import IrCache
from ._runtime import openvino

CONVERSION = 3
"""Counts what changes a network converted from the same weights: its inputs, a bit of its answers."""

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
    # They load what a program with a full cache never needs.
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


def reader(
    module: nn.Module, example: Sequence[Tensor], *, key: str, cache: IrCache
) -> Callable[[openvino.Core], openvino.Model]:
    """Return what gives the model of `module`: from the cache, or converted and then kept there.

    Args:
        module: In eval mode, tensors to a tensor or a tuple of them.
        example: Inputs; other sizes will do later.
        key: What tells it from all other modules, for the cache; "" is not cached.
        cache: Where converted networks are kept.
    """
    versioned = f"{key}-{CONVERSION}-{openvino.__version__}"

    def read(core: openvino.Core) -> openvino.Model:
        if not key:
            return converted(module, example)
        model = cache.read(versioned, core)
        return model or cache.write(versioned, converted(module, example), core)

    return read
