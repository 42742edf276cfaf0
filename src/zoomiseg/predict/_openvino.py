"""The network compiled by OpenVINO for the CPU: the engine that a click waits for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs
from torch import nn

from zoomiseg.geometry import PATCH_SIZE, Click
from zoomiseg.networks import Card

from ._compiled import CompiledNetwork
from ._convert import Probability
from ._ir_cache import IrCache
from ._predictor import FloatArray, Patch, Runner
from ._preprocess import predict_with
from ._runtime import openvino

# Any size will do that no layer could mistake for another of its numbers.
EXAMPLE_SHAPE = (1, 3, 64, 96)


class OpenVinoPredictor:
    """Satisfies `Predictor` with a network compiled for each size of input that occurs.

    Args:
        module: The network; converted when the cache does not hold it.
        card: The module's own: its checksum is the key to the cache. One without a checksum is not cached.
        cache_folder: Where converted networks are kept; None is the user's cache folder.
    """

    def __init__(self, module: nn.Module, card: Card, *, cache_folder: Path | None = None) -> None:
        self.card = card
        self.module = module.eval()
        self._cache = IrCache(cache_folder or platformdirs.user_cache_path("zoomiseg", appauthor=False))
        self._network = CompiledNetwork(
            Probability(self.module), (EXAMPLE_SHAPE, EXAMPLE_SHAPE), key=card.sha256, cache=self._cache
        )

    @property
    def identity(self) -> str:
        """Scale, weights checksum, engine with version."""
        return f"{self.card.scale} {self.card.sha256} openvino {openvino.__version__}"

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return the probability over the patch; see `Predictor.predict`."""
        return predict_with(self._run, self.card, patch, clicks, mask_input)

    def warm_up(self) -> None:
        """Convert, compile and run the network for a whole patch."""
        nothing = np.zeros((1, 3, PATCH_SIZE, PATCH_SIZE), np.float32)
        self._run(nothing, nothing)

    def runner(self, module: nn.Module, example_shapes: Sequence[tuple[int, ...]], *, name: str) -> Runner:
        """Return what runs another module as this predictor runs its own.

        Args:
            module: Made from this predictor's network.
            example_shapes: Of its inputs.
            name: Tells it from others made from this network, for the cache; "" is not cached.
        """
        key = f"{self.card.sha256}-{name}" if self.card.sha256 and name else ""
        return CompiledNetwork(module.eval(), example_shapes, key=key, cache=self._cache).run

    def _run(self, image: FloatArray, guidance: FloatArray) -> FloatArray:
        return self._network.run(image, guidance)[0]
