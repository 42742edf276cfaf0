"""Which images go on a montage, and whose marked structures are its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

import numpy as np

from zoomiseg.errors import ManifestError
from zoomiseg.slide import ImageArray

from ._source import BoolArray

Target = Literal["all", "one"]


@dataclass(frozen=True, slots=True)
class CoreImage:
    """A real image with its truth.

    Args:
        name: By which the images are put in order, so that a seed means the same whatever their order.
        kind: What the image shows, "" where unknown.
        read: Returns (H, W, 3) uint8 RGB and (H, W) bool, at 0.5 µm per pixel.
    """

    name: str
    kind: str
    read: Callable[[], tuple[ImageArray, BoolArray]]


@dataclass(frozen=True, slots=True)
class ChosenCore:
    """An image on a montage.

    Args:
        image: The image.
        is_target: Whether what is marked in it is the montage's target, or only looks like it.
    """

    image: CoreImage
    is_target: bool


def choose_cores(
    images: Sequence[CoreImage], *, count: int, seed: int, target: Target, kinds: Sequence[str] = ()
) -> list[ChosenCore]:
    """Draw images for a montage, none twice.

    Args:
        images: What there is.
        count: How many are wanted.
        seed: Decides which, and in which order.
        target: "all": whatever is marked. "one": what is marked in the images of the named `kinds`, or
            without `kinds` of a kind that the seed draws, or of half of the images where all are of one
            kind; the others are there to be left out. Targets and others alternate as long as both last.
        kinds: For "one".
    Raises:
        ManifestError: Too few images, an unknown kind, or nothing that is to be left out.
    """
    rng = np.random.default_rng((seed, 11))
    ordered = sorted(images, key=lambda image: image.name)
    shuffled = [ordered[index] for index in rng.permutation(len(ordered))]
    _refuse_too_few(len(shuffled), count)
    if target == "all":
        return [ChosenCore(image, True) for image in shuffled[:count]]
    there = sorted({image.kind for image in ordered})
    if not kinds and len(there) == 1:
        return [ChosenCore(image, index % 2 == 0) for index, image in enumerate(shuffled[:count])]
    wanted = set(kinds) or {there[int(rng.integers(len(there)))]}
    _refuse_kinds(wanted, there)
    targets = [ChosenCore(image, True) for image in shuffled if image.kind in wanted]
    others = [ChosenCore(image, False) for image in shuffled if image.kind not in wanted]
    return [core for pair in zip_longest(targets, others) for core in pair if core is not None][:count]


def _refuse_too_few(there: int, wanted: int) -> None:
    if there < wanted:
        raise ManifestError(
            f"A montage of this size takes {wanted} images, each once, but only {there} are there.",
            hint=f"Give a smaller --size, or --images {there}." if there else None,
        )


def _refuse_kinds(wanted: set[str], there: Sequence[str]) -> None:
    listed = ", ".join(kind or "(none)" for kind in there)
    if unknown := wanted - set(there):
        raise ManifestError(
            f"No image is of the kind {', '.join(sorted(unknown))}; there are {listed}.",
        )
    if wanted == set(there):
        raise ManifestError(
            f"All images are of the kinds that are the target ({listed}), so that none is to be left out.",
            hint="Name fewer kinds, or use --target all.",
        )
