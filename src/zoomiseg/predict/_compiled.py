"""A torch module run by OpenVINO on the CPU, compiled for each size of input that occurs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from torch import nn

from ._convert import converted
from ._ir_cache import IrCache
from ._predictor import FloatArray
from ._runtime import openvino

# A slide needs the whole patch, its right edge, its bottom edge and its corner.
MAX_COMPILED = 4
_SETTINGS = {
    # By default a CPU that can would compute in bfloat16, and masks would differ between machines.
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
}


class CompiledNetwork:
    """Runs a module in float32, each time to the same bits; converted when it is first needed.

    Args:
        module: In eval mode, tensors to a tensor or a tuple of them.
        example_shapes: Of its inputs; other sizes will do later.
        key: What tells it from all other modules, for the cache; "" is not cached.
        cache: Where converted networks are kept.
    """

    def __init__(
        self, module: nn.Module, example_shapes: Sequence[tuple[int, ...]], *, key: str, cache: IrCache
    ) -> None:
        self._module = module
        self._example_shapes = tuple(example_shapes)
        self._key = key and f"{key}-{openvino.__version__}"
        self._cache = cache
        self._core = openvino.Core()
        self._model: openvino.Model | None = None
        self._compiled: OrderedDict[tuple[tuple[int, ...], ...], openvino.CompiledModel] = OrderedDict()
        # A compiled model answers one request at a time.
        self._lock = Lock()

    def run(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """Return the module's outputs, float32, for inputs of any size that it takes."""
        with self._lock:
            outputs = self._compiled_for(tuple(each.shape for each in inputs))(inputs)
            # They lie in buffers that the next request fills.
            return tuple(np.array(outputs[index], np.float32) for index in range(len(outputs)))

    @property
    def compiled_shapes(self) -> list[tuple[tuple[int, ...], ...]]:
        """The sizes of inputs that need no compiling, the latest used last."""
        return list(self._compiled)

    def _compiled_for(self, shapes: tuple[tuple[int, ...], ...]) -> openvino.CompiledModel:
        if shapes not in self._compiled:
            if len(self._compiled) == MAX_COMPILED:
                self._compiled.popitem(last=False)
            model = self._any_size().clone()
            model.reshape({index: list(shape) for index, shape in enumerate(shapes)})
            self._compiled[shapes] = self._core.compile_model(model, "CPU", _SETTINGS)
        self._compiled.move_to_end(shapes)
        return self._compiled[shapes]

    def _any_size(self) -> openvino.Model:
        if self._model is None:
            self._model = self._read_or_converted()
        return self._model

    def _read_or_converted(self) -> openvino.Model:
        if not self._key:
            return converted(self._module, self._example_shapes)
        model = self._cache.read(self._key, self._core)
        if model is None:
            model = self._cache.write(self._key, converted(self._module, self._example_shapes), self._core)
        return model
