"""Click curves on images and collages, each with what it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np

from zoomiseg.geometry import Box, Click, Grid, PatchFrame
from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import Patch, Predictor
from zoomiseg.robot import jittered_click, next_click

from ._controls import baseline_ious, shuffled_labels
from ._curve import (
    MAX_CLICKS,
    Clicker,
    Curve,
    FloatArray,
    ImageArray,
    MaskArray,
    replayed_ious,
    robot_curve,
)
from ._subjects import Subject
from .baselines import Baseline, Promptable

ClickerName = Literal["exact", "jittered"]
_LEAST, _MOST = 0.02, 0.98
_SHUFFLED_CLICKS = 10
_BASELINE_IMAGES = 40


@dataclass(frozen=True, kw_only=True)
class PatchTest:
    """How images are clicked.

    Args:
        clicker: `exact`, or `jittered` by a hand that misses the robot's own place.
        seed: Of jitter and of shuffled labels.
        far_px: Pixels further than this from a click are far from it.
        baselines: Methods that are also given the clicks of at most 40 images, evenly spread.
        most: Clicks an image.
    """

    clicker: ClickerName = "exact"
    seed: int = 0
    far_px: int = 150
    baselines: tuple[Baseline, ...] = ()
    most: int = MAX_CLICKS


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What came of one image.

    Args:
        name: The subject's.
        foreground: Share of the image that is target; so the IoU of marking everything.
        curve: None where less than 2% or more than 98% is target: such an image is counted apart.
        shuffled: IoU after the curve's first 10 clicks with their labels permuted; None where all are equal.
        baselines: Name of a method to its IoU after each of the curve's clicks; empty where it was not asked.
    """

    name: str
    foreground: float
    curve: Curve | None = None
    shuffled: float | None = None
    baselines: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PredictorMethod:
    """A predictor as a method that runs an image at its own size.

    Args:
        predictor: Of one scale.
        mpp: µm per pixel of the images.
    """

    predictor: Predictor
    mpp: float

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`."""
        return self.predictor.predict(*asked(image, clicks, self.mpp), mask_input=previous)


def asked(image: ImageArray, clicks: Sequence[PatchPoint], mpp: float) -> tuple[Patch, list[Click]]:
    """Return an image as a patch of its own size, and the clicks in it, for a predictor."""
    height, width = image.shape[:2]
    frame = PatchFrame(Grid((1.0, 1.0), width, height, (mpp, mpp)), Box(0, 0, width, height))
    return Patch(image, frame), [Click(column + 0.5, row + 0.5, label) for column, row, label in clicks]


def evaluate_patches(
    subjects: Sequence[Subject], method: Promptable, test: PatchTest, *, start: int = 0
) -> Iterator[PatchResult]:
    """Let the robot click each image, and yield what came of it.

    What comes of an image does not depend on those before it.

    Args:
        subjects: The images.
        method: Answers the clicks.
        test: How they are clicked.
        start: Begin with this one, the earlier ones being done.
    Raises:
        ManifestError: An image or its mask cannot be used.
        MissingExtra, WeightsError: A baseline cannot be had.
    """
    for baseline in test.baselines:
        baseline.warm_up()
    with_baselines = _spread(len(subjects), _BASELINE_IMAGES) if test.baselines else set()
    for index in range(start, len(subjects)):
        image, truth = subjects[index].read()
        yield _result(
            subjects[index].name,
            image,
            truth,
            method,
            test,
            rng=np.random.default_rng([test.seed, index]),
            baselines=test.baselines if index in with_baselines else (),
        )


def _result(
    name: str,
    image: ImageArray,
    truth: MaskArray,
    method: Promptable,
    test: PatchTest,
    *,
    rng: np.random.Generator,
    baselines: Sequence[Baseline],
) -> PatchResult:
    foreground = float(truth.mean())
    if not _LEAST <= foreground <= _MOST:
        return PatchResult(name, foreground)
    clicker: Clicker = next_click if test.clicker == "exact" else partial(jittered_click, rng=rng)
    curve = robot_curve(method, image, truth, clicker=clicker, most=test.most, far_px=test.far_px)
    shuffled = shuffled_labels(curve.points[:_SHUFFLED_CLICKS], rng)
    return PatchResult(
        name,
        foreground,
        curve,
        replayed_ious(method, image, truth, shuffled)[-1] if shuffled else None,
        baseline_ious(image, truth, curve.points, baselines),
    )


def _spread(count: int, most: int) -> set[int]:
    return set(range(count)) if count <= most else {index * count // most for index in range(most)}
