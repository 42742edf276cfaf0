"""The network run by PyTorch: on a GPU where there is one, and the reference for other engines."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import nn

from zoomiseg.geometry import Click
from zoomiseg.networks import Card

from ._predictor import FloatArray, Patch, Runner
from ._preprocess import SIZE_STEP, predict_with


class TorchPredictor:
    """Satisfies `Predictor` with a torch module in float32.

    Args:
        module: The network; moved to the device and put into eval mode.
        card: The module's own.
        device: None takes a GPU if there is one.
    """

    def __init__(self, module: nn.Module, card: Card, *, device: torch.device | None = None) -> None:
        self.card = card
        self._device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # Depthwise convolutions are up to twice as fast with channels last.
        self.module = module.eval().to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def identity(self) -> str:
        """Scale, weights checksum, engine with version, device."""
        return f"{self.card.scale} {self.card.sha256} torch {torch.__version__} {self._device.type}"

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return the probability over the patch; see `Predictor.predict`."""
        return predict_with(self._run, self.card, patch, clicks, mask_input)

    def warm_up(self) -> None:
        """Load the kernels by running the network once on its smallest input."""
        nothing = np.zeros((1, 3, SIZE_STEP, SIZE_STEP), np.float32)
        self._run(nothing, nothing)

    def runner(
        self, module: nn.Module, example: Sequence[torch.Tensor], *, name: str, seldom: bool = False
    ) -> Runner:
        """Return what runs another module as this predictor runs its own; see `OpenVinoPredictor.runner`."""
        del example, name, seldom
        module = module.eval().to(self._device)

        def run(*inputs: FloatArray) -> tuple[FloatArray, ...]:
            with torch.inference_mode(), self._repeatable():
                outputs = module(*(torch.from_numpy(each).to(self._device) for each in inputs))
                return tuple(each.cpu().numpy() for each in outputs)

        return run

    def _run(self, image: FloatArray, guidance: FloatArray) -> FloatArray:
        with torch.inference_mode(), self._repeatable():
            logits = self.module(self._tensor(image), self._tensor(guidance))
            probability: FloatArray = logits.sigmoid().cpu().numpy()
        return probability

    def _tensor(self, array: FloatArray) -> torch.Tensor:
        return torch.from_numpy(array).to(self._device, memory_format=torch.channels_last)

    def _repeatable(self) -> AbstractContextManager[object]:
        if self._device.type != "cuda":
            return nullcontext()
        return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
