"""What a session asks of a network, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Click, PatchFrame

FloatArray = NDArray[np.float32]
ImageArray = NDArray[np.uint8]
Runner = Callable[..., tuple[FloatArray, ...]]
"""A network on some engine: arrays in, arrays out, all float32."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The pixels that a network looks at, and where they lie.

    Args:
        image: (H, W, 3) uint8 RGB at the frame's grid, white outside the slide.
        frame: The patch's place; its box is W x H grid pixels.
    """

    image: ImageArray
    frame: PatchFrame


class Predictor(Protocol):
    """A network at one scale that answers clicks with a probability."""

    @property
    def identity(self) -> str:
        """What else than its arguments a prediction depends on: weights checksum and engine."""
        ...

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return the target's probability over the patch: (H, W) float32 in [0, 1], 0 outside the slide.

        Args:
            patch: Pixels and frame.
            clicks: In slide pixels (level 0), all inside the patch, in the order of clicking.
            mask_input: (H, W) float32 in [0, 1] on the patch's pixels; None stands for no earlier mask.
        Raises:
            ClickOutside: A click that is not in the patch.
        """
        ...

    def warm_up(self) -> None:
        """Prepare all that a first prediction would otherwise wait for."""
        ...


@runtime_checkable
class AheadPredictor(Predictor, Protocol):
    """A predictor that can do a part of its work before there is a click."""

    def look_at(self, patch: Patch) -> None:
        """Do ahead what a prediction on this patch will need, whatever is clicked; changes no answer."""
        ...
