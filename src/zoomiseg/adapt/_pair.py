"""The networks of both scales, adapted to one slide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from zoomiseg.predict import ImageArray
from zoomiseg.slide import Slide

from ._adaptation import Adaptation
from ._predictor import AdaptedPredictor, Networked
from ._tissue import tissue_images


class NetworkedPair(Protocol):
    """The networks of both scales as `zoomiseg.predict.load_predictors` gives them."""

    @property
    def low(self) -> Networked: ...

    @property
    def high(self) -> Networked: ...

    @property
    def name(self) -> str: ...

    @property
    def engine(self) -> str: ...

    @property
    def weights_sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AdaptedPair:
    """Both scales.

    Args:
        low: Answers clicks at the low scale.
        high: Answers clicks at the high scale.
        name: The weights' name.
        engine: What runs them.
        weights_sha256: Of the weights without any adaptation.
    """

    low: AdaptedPredictor
    high: AdaptedPredictor
    name: str
    engine: str
    weights_sha256: str


def adapted_pair(predictors: NetworkedPair, adaptation: Adaptation, slide: Slide) -> AdaptedPair:
    """Return the networks as they answer on one slide.

    Raises:
        AdaptationError: A network that cannot be adapted.
        SlideError: The slide's pixels cannot be decoded.
    """
    none: list[ImageArray] = []
    low_tissue, high_tissue = (
        tissue_images(slide, grid) if adaptation.statistics else none
        for grid in (slide.grids.low, slide.grids.high)
    )
    return AdaptedPair(
        AdaptedPredictor(predictors.low, adaptation, tissue=low_tissue),
        AdaptedPredictor(predictors.high, adaptation, tissue=high_tissue),
        predictors.name,
        predictors.engine,
        predictors.weights_sha256,
    )
