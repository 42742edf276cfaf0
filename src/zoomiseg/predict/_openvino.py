"""The network compiled by OpenVINO for the CPU: the engine that a click waits for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import platformdirs
from torch import nn

from zoomiseg.geometry import PATCH_SIZE, Click
from zoomiseg.networks import Card

from ._convert import converted
from ._ir_cache import IrCache
from ._predictor import FloatArray, Patch
from ._preprocess import predict_with
from ._runtime import openvino

# A slide needs the whole patch, its right edge, its bottom edge and its corner.
MAX_COMPILED = 4
_SETTINGS = {
    # By default a CPU that can would compute in bfloat16, and masks would differ between machines.
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
}


class OpenVinoPredictor:
    """Satisfies `Predictor` with a network compiled for each size of input that occurs.

    Args:
        module: The network; converted when the cache does not hold it.
        card: The module's own: its checksum is the key to the cache. One without a checksum is not cached.
        cache_folder: Where converted networks are kept; None is the user's cache folder.
    """

    def __init__(self, module: nn.Module, card: Card, *, cache_folder: Path | None = None) -> None:
        self.card = card
        self._module = module.eval()
        self._cache = IrCache(cache_folder or platformdirs.user_cache_path("zoomiseg", appauthor=False))
        self._core = openvino.Core()
        self._model: openvino.Model | None = None
        self._compiled: OrderedDict[tuple[int, ...], openvino.CompiledModel] = OrderedDict()
        # A compiled model answers one request at a time.
        self._lock = Lock()

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

    def _run(self, image: FloatArray, guidance: FloatArray) -> FloatArray:
        with self._lock:
            outputs = self._compiled_for(image.shape)((image, guidance))
            probability: FloatArray = np.array(outputs[0], np.float32)
        return probability

    def _compiled_for(self, shape: tuple[int, ...]) -> openvino.CompiledModel:
        if shape not in self._compiled:
            if len(self._compiled) == MAX_COMPILED:
                self._compiled.popitem(last=False)
            model = self._any_size().clone()
            model.reshape({0: list(shape), 1: list(shape)})
            self._compiled[shape] = self._core.compile_model(model, "CPU", _SETTINGS)
        self._compiled.move_to_end(shape)
        return self._compiled[shape]

    def _any_size(self) -> openvino.Model:
        if self._model is None:
            self._model = self._read_or_converted()
        return self._model

    def _read_or_converted(self) -> openvino.Model:
        if not self.card.sha256:
            return converted(self._module)
        key = f"{self.card.sha256}-{openvino.__version__}"
        model = self._cache.read(key, self._core)
        if model is None:
            model = self._cache.write(key, converted(self._module), self._core)
        return model
