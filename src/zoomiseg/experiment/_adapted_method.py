"""A network that learns from each image while it is clicked, as a method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoomiseg.adapt import TRIALS, Foretold, helps
from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import THRESHOLD

from ._curve import FloatArray, ImageArray
from ._patches import asked

if TYPE_CHECKING:
    from zoomiseg.adapt import Adaptation, AdaptedPredictor
    from zoomiseg.predict import OpenVinoPredictor, TorchPredictor


class AdaptedMethod:
    """Answers the clicks on one image after the other; nothing is carried from an image to the next.

    Args:
        base: The network.
        adaptation: What it learns; `statistics` are those of the image itself.
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
        self._answers: tuple[FloatArray, FloatArray] | None = None
        self._foretold: list[Foretold] = []

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`."""
        if self._adaptation.statistics and image is not self._image:
            self._predictor = self._adapted((image,))
        self._image = image
        if self._adaptation.guard:
            return self._guarded(image, clicks, previous)
        return self._predictor.predict(*asked(image, clicks, self._mpp), mask_input=previous)

    def _guarded(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return the adapted answer, or the network's own where the image's clicks speak for it."""
        if previous is None or self._answers is None:
            self._foretold = []
        else:
            self._note(self._answers, clicks[-1])
        patch, placed = asked(image, clicks, self._mpp)
        adapted = self._predictor.predict(patch, placed, mask_input=previous)
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
