"""The stream of training samples: sample i is a pure function of seed and i, whatever ran before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ._augment import augment
from ._collage import collage
from ._composite import composite
from ._library import Library
from ._sides import Sides
from ._stored import ImageArray, MaskArray
from ._targets import one_kind, one_tissue, some_structures

_TRIES = 6
_Task = Literal["one", "some", "all"]
"""What of a patch is the target: one kind of tissue, some structures, or all that is marked."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One image and one target for it.

    Args:
        image: (S, S, 3) uint8 RGB.
        target: (S, S) bool.
        first_mask: (S, S) float32, what a coarser network might have said of this place, or None.
    """

    image: ImageArray
    target: MaskArray
    first_mask: NDArray[np.float32] | None


@dataclass(frozen=True, kw_only=True)
class TaskMix:
    """What the targets are. Shares of the samples; what is left of 1 marks everything that is marked.

    Args:
        composites: Tissues joined along a shape; either is the target.
        one_kind: One kind (carcinoma, say) is the target, the others are not; one tissue of a slide.
        some_structures: A few of the marked structures are the target, the others are not.
        generated: Share of the samples other than composites that are windows of generated slides, if
            there are both such slides and images; the rest are collages of images.
        first_masks: Share of samples with a low-scale mask as their first mask input.
        white_margins: Share of samples that lie at a slide's edge, what is outside being white.
        ramp: Samples over which the first three shares rise from zero: a network that has not yet learnt to
            see anything learns nothing from tasks that only the clicks tell.
    """

    composites: float = 0.35
    one_kind: float = 0.15
    some_structures: float = 0.15
    generated: float = 0.4
    first_masks: float = 0.0
    white_margins: float = 0.0
    ramp: int = 0


class Tasks:
    """Draws samples.

    Args:
        library: The tissue.
        mix: What is asked of it.
        mpp: (smallest, largest) µm per pixel, drawn log-uniformly.
        sides: Of the samples.
        blur: Share of blurred images; None leaves all images as they are.
        seed: Of the whole stream.
        digest: What tells the tissue from other data.
    """

    def __init__(
        self,
        library: Library,
        mix: TaskMix,
        *,
        mpp: tuple[float, float],
        sides: Sides,
        blur: float | None,
        seed: int,
        digest: str = "",
    ) -> None:
        self.digest = digest
        self._library, self._mix, self._mpp = library, mix, mpp
        self._sides, self._blur, self._seed = sides, blur, seed
        self._generated = mix.generated if library.has_images else 1.0

    def sample(self, index: int) -> Sample:
        """Return sample `index`; a target that fills less than 2% or over 98% is drawn again a few times."""
        rng, side = np.random.default_rng((self._seed, index)), self._sides.of(index)
        hard = min(index / self._mix.ramp, 1.0) if self._mix.ramp else 1.0
        for _ in range(_TRIES):
            image, target = self._task(rng, side, hard)
            if 0.02 <= target.mean() <= 0.98:
                break
        return finished(rng, image, target, mix=self._mix, blur=self._blur)

    @property
    def images(self) -> int:
        """How many images and parts of slides are learnt from."""
        return len(self._library)

    def _task(self, rng: np.random.Generator, side: int, hard: float) -> tuple[ImageArray, MaskArray]:
        mpp = float(np.exp(rng.uniform(np.log(self._mpp[0]), np.log(self._mpp[1]))))
        composites, one, some = (
            hard * share for share in (self._mix.composites, self._mix.one_kind, self._mix.some_structures)
        )
        choice = rng.random()
        if choice < composites:
            return composite(rng, self._library, mpp, side)
        task: _Task = (
            "one" if choice < composites + one else "some" if choice < composites + one + some else "all"
        )
        if self._library.has_generated and rng.random() < self._generated:
            return self._window(rng, mpp, side, task)
        return self._collage(rng, mpp, side, task)

    def _window(
        self, rng: np.random.Generator, mpp: float, side: int, task: _Task
    ) -> tuple[ImageArray, MaskArray]:
        window = self._library.window(rng, mpp, side, marked=task != "one")
        if task == "one":
            return window.image, one_tissue(rng, window)
        return window.image, some_structures(rng, window.marked) if task == "some" else window.marked

    def _collage(
        self, rng: np.random.Generator, mpp: float, side: int, task: _Task
    ) -> tuple[ImageArray, MaskArray]:
        patch = collage(rng, self._library, mpp, side, pure=task == "one")
        if task == "one":
            return patch.image, one_kind(rng, patch)
        return patch.image, some_structures(rng, patch.marked) if task == "some" else patch.marked


def finished(
    rng: np.random.Generator, image: ImageArray, target: MaskArray, *, mix: TaskMix, blur: float | None
) -> Sample:
    """Return a sample with what is left to draw: a first mask, the look of the tissue, a slide's edge.

    Args:
        rng: Decides everything.
        image: (S, S, 3) uint8 RGB.
        target: (S, S) bool.
        mix: Its shares of first masks and of margins.
        blur: Share of blurred images; None leaves all images as they are.
    """
    first = degraded(rng, target) if rng.random() < mix.first_masks else None
    if blur is not None:
        image = augment(rng, image, blur=blur)
    sample = Sample(image, target, first)
    return at_the_edge(rng, sample) if mix.white_margins and rng.random() < mix.white_margins else sample


def at_the_edge(rng: np.random.Generator, sample: Sample) -> Sample:
    """Return a sample with up to a third outside the slide, white and no target, on each of its sides."""
    size = len(sample.target)
    widths = rng.integers(0, size // 3, size=4) * (rng.random(4) < 0.6)
    top, bottom, left, right = (int(width) for width in widths)
    outside = np.ones(sample.target.shape, bool)
    outside[top : size - bottom, left : size - right] = False
    image = np.where(outside[..., None], np.uint8(255), sample.image)
    first = None if sample.first_mask is None else np.where(outside, np.float32(0), sample.first_mask)
    return Sample(image, sample.target & ~outside, first)


def degraded(rng: np.random.Generator, target: MaskArray, *, factor: int = 4) -> NDArray[np.float32]:
    """Return the target as a low-scale network might see it: shrunk, its border perturbed, islands lost."""
    size = target.shape[1], target.shape[0]
    small_size = max(size[0] // factor, 1), max(size[1] // factor, 1)
    small = cv2.resize(target.astype(np.float32), small_size, interpolation=cv2.INTER_AREA)
    noise = np.asarray(rng.standard_normal(small.shape, np.float32))
    wobble = np.asarray(cv2.GaussianBlur(noise, (0, 0), float(rng.uniform(2, 5))), np.float32)
    wobble *= float(rng.uniform(0, 0.5)) / max(float(wobble.std()), 1e-6)
    small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.5, 3.0)))
    probability = 1 / (1 + np.exp(-8 * (small + wobble - float(rng.uniform(0.35, 0.65)))))
    probability = _islands_lost(rng, probability.astype(np.float32))
    return np.asarray(np.clip(cv2.resize(probability, size, interpolation=cv2.INTER_CUBIC), 0, 1), np.float32)


def _islands_lost(rng: np.random.Generator, probability: NDArray[np.float32]) -> NDArray[np.float32]:
    count, labels = cv2.connectedComponents((probability >= 0.5).astype(np.uint8))
    lost = [label for label in range(1, count) if rng.random() < 0.25]
    return np.asarray(np.where(np.isin(labels, lost), probability * 0.1, probability), np.float32)
