"""A network on OpenVINO as two: what sees the tissue, once a patch, and what answers, at each click."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoomiseg.geometry import PATCH_SIZE
from zoomiseg.networks import Card

from ._compiled import CompiledNetwork
from ._predictor import FloatArray, ImageArray
from ._preprocess import normalised
from ._tissue_cache import KEPT_BYTES, Tissue, TissueCache


class WholeNetwork:
    """A network that has to be run as a whole at each click.

    Args:
        network: Normalised image and guidance to probability.
        card: Of the network.
    """

    def __init__(self, network: CompiledNetwork, card: Card) -> None:
        self.parts: Sequence[CompiledNetwork] = (network,)
        self._card = card

    def run(self, pixels: ImageArray, guidance: FloatArray) -> FloatArray:
        """Return (1, 1, H, W) in [0, 1]; see `PixelRun`."""
        return self.parts[0].run(normalised(pixels, self._card)[None], guidance)[0]

    def look_at(self, pixels: ImageArray) -> None:
        """Do nothing: all of it depends on the clicks."""

    def warm_up(self) -> None:
        """Convert, compile and run the network for a whole patch."""
        self.parts[0].run(*_nothing())


class SplitNetwork:
    """A `Splitting` network.

    Args:
        tissue: Normalised image to what `answer` needs of it.
        answer: Guidance and what `tissue` gave to probability.
        card: Of the network.
        kept_bytes: What the seen tissue of the last patches may weigh.
    """

    def __init__(
        self,
        tissue: CompiledNetwork,
        answer: CompiledNetwork,
        card: Card,
        *,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.parts: Sequence[CompiledNetwork] = (tissue, answer)
        self._card = card
        self._cache = TissueCache(kept_bytes)

    def run(self, pixels: ImageArray, guidance: FloatArray) -> FloatArray:
        """Return (1, 1, H, W) in [0, 1]; see `PixelRun`."""
        return self.parts[1].run(guidance, *self._cache.get(pixels, self._seen))[0]

    def look_at(self, pixels: ImageArray) -> None:
        """Run the first part, so that it need not be run at the click."""
        self._cache.get(pixels, self._seen)

    def warm_up(self) -> None:
        """Convert, compile and run both parts for a whole patch."""
        image, guidance = _nothing()
        self.parts[1].run(guidance, *self.parts[0].run(image))

    def _seen(self, pixels: ImageArray) -> Tissue:
        return self.parts[0].run(normalised(pixels, self._card)[None])


def _nothing() -> tuple[FloatArray, FloatArray]:
    shape = (1, 3, PATCH_SIZE, PATCH_SIZE)
    return np.zeros(shape, np.float32), np.zeros(shape, np.float32)
