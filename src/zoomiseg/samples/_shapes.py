"""Finding the outlined things around a window of the repeating slide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._cells import repeats_of
from ._window import Window


class Outlined(Protocol):
    """Something with an outline, (N, 2) in slide pixels, that can be moved."""

    @property
    def outline(self) -> NDArray[np.float32]: ...

    def moved(self, shift: NDArray[np.float32]) -> Self: ...


Shape = TypeVar("Shape", bound=Outlined)


class ShapeIndex(Generic[Shape]):
    """Finds shapes by the boxes round their outlines.

    Args:
        shapes: Those of one period.
        width, height: Of the period, in pixels.
    """

    def __init__(self, shapes: Sequence[Shape], width: int, height: int) -> None:
        self._shapes, self._size = shapes, (width, height)
        corners = [(*shape.outline.min(axis=0), *shape.outline.max(axis=0)) for shape in shapes]
        self._boxes = np.array(corners, np.float32).reshape(-1, 4)
        # An outline may reach over the period's border.
        self._reach = int(np.ceil((self._boxes[:, 2:] - self._boxes[:, :2]).max(initial=0)))

    def near(self, window: Window) -> list[Shape]:
        """Return the shapes whose boxes touch a window, moved to where they repeat."""
        (width, height), reach = self._size, self._reach
        right, bottom = window.left + window.width, window.top + window.height
        found: list[Shape] = []
        for shift_y in repeats_of(height, window.top - reach, bottom + reach):
            for shift_x in repeats_of(width, window.left - reach, right + reach):
                touches = (
                    (self._boxes[:, 0] + shift_x < right)
                    & (self._boxes[:, 2] + shift_x > window.left)
                    & (self._boxes[:, 1] + shift_y < bottom)
                    & (self._boxes[:, 3] + shift_y > window.top)
                )
                shift = np.array([shift_x, shift_y], np.float32)
                found += [self._shapes[index].moved(shift) for index in np.flatnonzero(touches).tolist()]
        return found
