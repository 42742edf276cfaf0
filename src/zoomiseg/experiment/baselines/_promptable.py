"""What a method must do to be compared: answer clicks on an image. The only thing to write for one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray, ImageArray


class Promptable(Protocol):
    """Anything that turns an image and clicks into a probability."""

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return the target's probability: (H, W) float32 in [0, 1]; a pixel is target from 0.5.

        The same arguments must give the same answer, whatever was asked in between.

        Args:
            image: (H, W, 3) uint8 RGB of any size; not to be written to.
            clicks: (column, row, label) of each click in the image's pixels, whole numbers, column 0 left and
                row 0 above; label +1 for target and -1 for background. At least one; the newest comes last.
            previous: (H, W) float32 in [0, 1], the answer to all clicks but the newest; None at the first. In
                a session it was stored in steps of 1/255.
        """
        ...
