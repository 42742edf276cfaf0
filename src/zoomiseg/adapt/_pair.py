"""The networks of both scales, adapted to one slide."""

from __future__ import annotations

from dataclasses import dataclass

from zoomiseg.predict import ImageArray, Predictors
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


def adapted_pair(predictors: Predictors, adaptation: Adaptation, slide: Slide | None) -> AdaptedPair:
    """Return the networks as they answer on one slide.

    Args:
        predictors: The networks.
        adaptation: How their answers are changed.
        slide: Needed for `statistics`; without them, None gives networks for any slide.

    Raises:
        AdaptationError: A network that cannot be adapted.
        SlideError: The slide's pixels cannot be decoded.
    """
    low_tissue, high_tissue = _tissue(slide) if slide and adaptation.statistics else ([], [])
    return AdaptedPair(
        AdaptedPredictor(predictors.low, adaptation, tissue=low_tissue),
        AdaptedPredictor(predictors.high, adaptation, tissue=high_tissue),
        predictors.name,
        predictors.engine,
        predictors.weights_sha256,
    )


def _tissue(slide: Slide) -> tuple[list[ImageArray], list[ImageArray]]:
    """Return squares of tissue at both scales."""
    tissue = tissue_mask(slide)
    low, high = (tissue_images(slide, grid, tissue) for grid in (slide.grids.low, slide.grids.high))
    return low, high
