"""A click as the user made it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from zoomiseg.errors import ClickError

ScaleName = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Click:
    """A point that the user calls target (+1) or background (-1).

    Args:
        x: In slide pixels (level 0), to the right.
        y: In slide pixels (level 0), downwards.
        label: +1 or -1.
    Raises:
        ClickError: Coordinates that are not finite, or another label.
    """

    x: float
    y: float
    label: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise ClickError(f"A click needs finite coordinates, got ({self.x}, {self.y}).")
        if isinstance(self.label, bool) or self.label not in (1, -1):
            raise ClickError(f"A click's label is +1 or -1, got {self.label!r}.")

    @property
    def slide_xy(self) -> tuple[float, float]:
        return self.x, self.y
