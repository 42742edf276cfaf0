"""What a slide format has to offer to be read: the protocol behind which every backend stands."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

ImageArray = NDArray[np.uint8]
WHITE = 255


class Backend(Protocol):
    """An opened file of one format: its planes ("levels") and what it says of itself."""

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """(width, height) of each plane, the finest first."""
        ...

    @property
    def mpp(self) -> tuple[float, float] | None:
        """What a level-0 pixel measures on glass, in µm (x, y), as the file says; None where it does not."""
        ...

    @property
    def objective(self) -> float | None:
        """The objective's power, 40 for 40x; None where the file does not say."""
        ...

    @property
    def bounds_origin(self) -> tuple[int, int]:
        """Where on level 0 what was scanned begins, (x, y), as the file says; (0, 0) where it does not."""
        ...

    @property
    def vendor(self) -> str:
        """The format's or the scanner maker's name."""
        ...

    def read_level(self, level: int, box: Box) -> ImageArray:
        """Return (H, W, 3) uint8 RGB of a box in the level's own pixels, white where it is transparent.

        Thread-safe. The box lies inside the level.

        Raises:
            SlideError: The pixels cannot be decoded.
        """
        ...

    def close(self) -> None:
        """Release the file; reading afterwards is an error."""
        ...


def over_white(rgba: ImageArray) -> ImageArray:
    """Return (H, W, 3) RGB of (H, W, 4) straight (not premultiplied) RGBA laid over white."""
    alpha = rgba[..., 3:]
    if alpha.min(initial=WHITE) == WHITE:
        return np.ascontiguousarray(rgba[..., :3])
    weight = alpha.astype(np.uint16)
    blended = rgba[..., :3] * weight + WHITE * (WHITE - weight) + WHITE // 2
    return (blended // WHITE).astype(np.uint8)
