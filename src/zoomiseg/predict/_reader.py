"""A converted network from the cache, or else converted; only that brings in torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ._ir_cache import IrCache
from ._runtime import openvino

if TYPE_CHECKING:
    from torch import Tensor, nn

CONVERSION = 3
"""Counts what changes a network converted from the same weights: its inputs, a bit of its answers."""

Part: TypeAlias = "tuple[nn.Module, Sequence[Tensor]]"
"""A module in eval mode, tensors to a tensor or a tuple of them; and inputs, of which other sizes will do."""


def reader(
    make: Callable[[], Part], *, key: str, cache: IrCache
) -> Callable[[openvino.Core], openvino.Model]:
    """Return what gives the model of a part: from the cache, or converted and then kept there.

    Args:
        make: Called where the part has to be converted.
        key: What tells it from all other parts, for the cache; "" is not cached.
        cache: Where converted networks are kept.
    """

    def read(core: openvino.Core) -> openvino.Model:
        model = cache.read(_versioned(key), core) if key else None
        if model is not None:
            return model
        from ._convert import converted  # noqa: PLC0415  # brings in torch

        fresh = converted(*make())
        return cache.write(_versioned(key), fresh, core) if key else fresh

    return read


def is_kept(key: str, cache: IrCache) -> bool:
    """Say whether the cache has an entry for a key; it may yet turn out to be damaged."""
    return bool(key) and cache.path(_versioned(key)).is_file()


def _versioned(key: str) -> str:
    return f"{key}-{CONVERSION}-{openvino.__version__}"
