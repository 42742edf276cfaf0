"""A network that learns from each image while it is clicked, as a method."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoomiseg.adapt import TRIALS, Foretold, helps
from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import THRESHOLD

from ._curve import FloatArray, ImageArray
from ._patches import asked

if TYPE_CHECKING:
    from zoomiseg.adapt import Adaptation, AdaptedPredictor, Remembered
    from zoomiseg.predict import OpenVinoPredictor, TorchPredictor

_REMEMBERED = 8
"""Images; a session remembers as many patches."""


class AdaptedMethod:
    """Answers the clicks on one image after the other, of which only `memory` keeps anything for the next.

    Args:
        base: The network.
        adaptation: What it learns; `statistics` are those of the image itself, and `memory` is of the clicks
            on the eight images before, as if they were patches of one slide.
        mpp: µm per pixel of the images.
    Raises:
        AdaptationError: The network cannot be adapted.
    """

    def __init__(
        self, base: OpenVinoPredictor | TorchPredictor, adaptation: Adaptation, *, mpp: float
    ) -> None:
        self._base = base
        self._adaptation = adaptation
        self._mpp = mpp
        self._predictor = self._adapted(())
        self._image: ImageArray | None = None
        self._clicks: tuple[PatchPoint, ...] = ()
        self._again = False
        self._memory: deque[Remembered] = deque(maxlen=_REMEMBERED)
        self._answers: tuple[FloatArray, FloatArray] | None = None
        self._foretold: list[Foretold] = []

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`."""
        if image is not self._image:
            self._begin(image)
        # An image that is asked about again is a control, with wrong labels, and nothing to remember.
        self._again = self._again or (previous is None and bool(self._clicks))
        if not self._again:
            self._clicks = tuple(clicks)
        if self._adaptation.guard:
            return self._guarded(image, clicks, previous)
        patch, placed = asked(image, clicks, self._mpp)
        return self._predictor.predict(patch, placed, mask_input=previous, memory=tuple(self._memory))

    def _begin(self, image: ImageArray) -> None:
        """Turn to another image; remember what was clicked in the one before."""
        if self._adaptation.memory and self._image is not None:
            self._memory.append(self._predictor.remembered(*asked(self._image, self._clicks, self._mpp)))
        if self._adaptation.statistics:
            self._predictor = self._adapted((image,))
        self._image, self._clicks, self._again = image, (), False

    def _guarded(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return the adapted answer, or the network's own where the image's clicks speak for it."""
        if previous is None or self._answers is None:
            self._foretold = []
        else:
            self._note(self._answers, clicks[-1])
        patch, placed = asked(image, clicks, self._mpp)
        memory = tuple(self._memory)
        adapted = self._predictor.predict(patch, placed, mask_input=previous, memory=memory)
        plain = self._predictor.plain(patch, placed, mask_input=previous)
        self._answers = adapted, plain
        return adapted if helps(self._foretold) else plain

    def _note(self, answers: tuple[FloatArray, FloatArray], click: PatchPoint) -> None:
        column, row, label = click
        adapted, plain = (bool(each[row, column] >= THRESHOLD) == (label > 0) for each in answers)
        if len(self._foretold) == TRIALS:
            self._foretold = []
        self._foretold.append(Foretold(adapted, plain))

    def _adapted(self, tissue: Sequence[ImageArray]) -> AdaptedPredictor:
        from zoomiseg.adapt import AdaptedPredictor  # noqa: PLC0415  # brings in torch

        return AdaptedPredictor(self._base, self._adaptation, tissue=tissue)
