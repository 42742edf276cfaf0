"""An axis-aligned rectangle of whole pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """Pixels [x, right) by [y, bottom) of a frame that the holder names.

    Args:
        x: Left edge.
        y: Top edge.
        width: Extent to the right, at least 0.
        height: Extent downwards, at least 0.
    Raises:
        ValueError: A negative extent.
    """

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 0 or self.height < 0:
            raise ValueError(f"A box cannot have a negative extent, got {self.width} x {self.height}.")

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, x: float, y: float) -> bool:
        """Say whether the point lies in the half-open rectangle."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def intersection(self, other: Box) -> Box | None:
        """Return the common part, or None where the boxes share no pixel."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Box(x, y, width, height) if width > 0 and height > 0 else None

    def encloses(self, other: Box) -> bool:
        """Say whether every pixel of `other` is in this box."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def translated(self, dx: int, dy: int) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def scaled(self, factor: int) -> Box:
        """Return the same region on a grid that is `factor` times finer."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def expanded(self, margin: int) -> Box:
        """Return the box grown by `margin` pixels on every side."""
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def slices_in(self, outer: Box) -> tuple[slice, slice]:
        """Return the (rows, columns) of this box in an array that covers `outer`."""
        return (
            slice(self.y - outer.y, self.bottom - outer.y),
            slice(self.x - outer.x, self.right - outer.x),
        )
