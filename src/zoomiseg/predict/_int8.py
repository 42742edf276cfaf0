"""The quantised model that ships beside weights: the two parts of a network in one file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ._ir import packed, unpacked
from ._runtime import openvino

_LENGTH_BYTES = 8
Reader = Callable[[openvino.Core], openvino.Model]


def packed_pair(tissue: openvino.Model, answer: openvino.Model) -> bytes:
    """Return both parts as one file's content: length of the first, the first, the second.

    Raises:
        OSError: There is no room for temporary files.
    """
    first = packed(tissue)
    return len(first).to_bytes(_LENGTH_BYTES, "little") + first + packed(answer)


def readers(content: bytes) -> tuple[Reader, Reader]:
    """Return what reads the parts that `packed_pair` put together."""
    end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    return partial(unpacked, content[_LENGTH_BYTES:end]), partial(unpacked, content[end:])
