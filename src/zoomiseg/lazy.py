"""Doors of rooms whose heavy parts are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def door(room: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return a module's `__getattr__` (PEP 562).

    Args:
        room: The module's own name.
        homes: Public name to the module inside the room that has it, such as `._load`.
    """

    def attribute(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(homes[name], room), name)

    return attribute
