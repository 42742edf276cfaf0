"""The networks of both scales, adapted to one slide."""

from __future__ import annotations

from dataclasses import dataclass

from zoomiseg.predict import Predictors
from zoomiseg.slide import Slide, tissue_mask

from ._adaptation import Adaptation
from ._predictor import AdaptedPredictor
from ._tissue import tissue_images


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


def adapted_pair(predictors: Predictors, adaptation: Adaptation, slide: Slide) -> AdaptedPair:
    """Return the networks as they answer on one slide.

    Raises:
        AdaptationError: A network that cannot be adapted.
        SlideError: The slide's pixels cannot be decoded.
    """
    tissue = tissue_mask(slide) if adaptation.statistics else None
    low_tissue, high_tissue = (
        tissue_images(slide, grid, tissue) if tissue else [] for grid in (slide.grids.low, slide.grids.high)
    )
    return AdaptedPair(
        AdaptedPredictor(predictors.low, adaptation, tissue=low_tissue),
        AdaptedPredictor(predictors.high, adaptation, tissue=high_tissue),
        predictors.name,
        predictors.engine,
        predictors.weights_sha256,
    )
