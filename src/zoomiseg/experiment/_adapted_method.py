"""A network that learns from each image while it is clicked, as a method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoomiseg.guidance import PatchPoint

from ._curve import FloatArray, ImageArray
from ._patches import PredictorMethod

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

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`."""
        if self._adaptation.statistics and image is not self._image:
            self._predictor = self._adapted((image,))
            self._image = image
        return PredictorMethod(self._predictor, self._mpp).predict(image, clicks, previous)

    def _adapted(self, tissue: Sequence[ImageArray]) -> AdaptedPredictor:
        from zoomiseg.adapt import AdaptedPredictor  # noqa: PLC0415  # brings in torch

        return AdaptedPredictor(self._base, self._adaptation, tissue=tissue)
