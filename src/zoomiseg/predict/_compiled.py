"""A network run by OpenVINO on the CPU, compiled for each size of input that occurs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any

import numpy as np

from ._interruption import Interrupted, is_interruptible, stop_if_wanted
from ._predictor import FloatArray
from ._runtime import openvino

# A slide needs the whole patch, its right edge, its bottom edge and its corner.
MAX_COMPILED = 4
_LOOK_EVERY_MS = 5
_SETTINGS = {
    # By default a CPU that can would compute in bfloat16, and masks would differ between machines.
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
}


class CompiledNetwork:
    """Runs a model, each time to the same bits; read when it is first needed.

    Args:
        read: Returns the model, for inputs of any size.
        seldom: After each run the memory of intermediate results, up to 200 MB for a whole patch, is given
            back; the next run takes it again, which is a tenth of its time.
    """

    def __init__(self, read: Callable[[openvino.Core], openvino.Model], *, seldom: bool = False) -> None:
        self._read = read
        self._seldom = seldom
        self._core = openvino.Core()
        self._model: openvino.Model | None = None
        self._compiled: OrderedDict[tuple[tuple[int, ...], ...], openvino.CompiledModel] = OrderedDict()
        # A compiled model answers one request at a time.
        self._lock = Lock()

    def run(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """Return the model's outputs, float32 or float16, for inputs of any size that it takes.

        Raises:
            Interrupted: The thread is interruptible, and something else is wanted.
        """
        with self._lock:
            compiled = self._compiled_for(tuple(each.shape for each in inputs))
            outputs = _stoppable(compiled, inputs) if is_interruptible() else compiled(inputs)
            # They lie in buffers that the next request fills.
            kept = tuple(np.array(outputs[index]) for index in range(len(outputs)))
            del outputs
            if self._seldom:
                compiled.release_memory()
            return kept

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
            self._model = self._read(self._core)
        return self._model


def _stoppable(compiled: openvino.CompiledModel, inputs: tuple[FloatArray, ...]) -> Any:
    """Return the outputs by their index, unless something else is wanted meanwhile."""
    stop_if_wanted()
    request = compiled.create_infer_request()
    request.start_async(inputs)
    try:
        while not request.wait_for(_LOOK_EVERY_MS):
            stop_if_wanted()
    except Interrupted:
        request.cancel()
        # It says that it was cancelled, if it had not ended by then.
        with suppress(RuntimeError):
            request.wait()
        raise
    return request.results
