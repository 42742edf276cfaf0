"""Where names go beside a chart so that none lies on another."""

from __future__ import annotations

from collections.abc import Sequence


def spread(heights: Sequence[float], *, gap: float, least: float, most: float) -> list[float]:
    """Return heights as near to the wanted ones as keeps their order and `gap` between neighbours.

    Args:
        heights: Wanted, in any order.
        gap: At least so much lies between two; less where there is no room.
        least: None is smaller.
        most: None is larger.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    gap = min(gap, (most - least) / max(len(heights) - 1, 1))
    placed = [0.0] * len(heights)
    floor = least
    for index in order:
        placed[index] = max(heights[index], floor)
        floor = placed[index] + gap
    ceiling = most
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed
