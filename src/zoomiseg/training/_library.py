"""All the tissue that a training run draws from, kept compressed in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from zoomiseg.errors import ManifestError

from ._stored import (
    BRIGHT,
    GENERATED,
    ImageArray,
    MaskArray,
    Part,
    ValueArray,
    mirrored,
    resampled,
    resampled_mask,
    resampled_values,
    turned,
)

_TISSUE_SHARE = 0.6
_TRIES = 8
_IMAGES, _SLIDES = 4, 4
"""Weight of all images, and of all generated slides, beside one texture."""
_LARGEST_OF = 3
"""So many places without tumour are drawn for a background, and the largest is taken: it repeats least."""
_MARKED_SHARE = 0.02
_SMALLEST_PX = 8
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one image at the asked scale: (h, w, 3) RGB, its (h, w) mask and the pair's kind."""

    image: ImageArray
    mask: MaskArray
    kind: str


@dataclass(frozen=True, slots=True)
class Window:
    """A square part of a slide or an image.

    Args:
        image: (S, S, 3) uint8 RGB, white outside the slide.
        tissue: (S, S) uint8, of generated slides values of `zoomiseg.samples.Kind`.
        target: The value of what is marked.
    """

    image: ImageArray
    tissue: ValueArray
    target: int

    @property
    def marked(self) -> MaskArray:
        """What the slide's truth marks, (S, S) bool."""
        return np.asarray(self.tissue == self.target)


class Library:
    """Draws tissue, turned and mirrored, at any scale: images, windows of generated slides, textures.

    Where all pairs are generated, their slides serve as images too.

    Args:
        stored: Annotated images and parts of slides; those of kind `generated` have tissues for masks.
        textures: Unmarked tissue as (RGB array, mpp).
    Raises:
        ManifestError: There is nothing stored.
    """

    def __init__(self, stored: Sequence[Part], textures: Sequence[tuple[ImageArray, float]] = ()) -> None:
        if not stored:
            raise ManifestError("There is nothing to train on: no pair is left after the choice of splits.")
        self._stored, self._textures = list(stored), list(textures)
        self._generated = [part for part in stored if part.kind == GENERATED]
        self._images = [part for part in stored if part.kind != GENERATED]
        self._marked = [part for part in self._generated if part.marked >= _MARKED_SHARE] or self._generated
        self._tissue = [p for p in self._generated if p.bright <= 1 - _TISSUE_SHARE] or self._generated
        self._quiet = [(part, part.quiet) for part in self._generated if part.quiet]
        self._by_kind: dict[str, list[Part]] = {}
        for part in self._images or self._generated:
            self._by_kind.setdefault(part.kind, []).append(part)

    def __len__(self) -> int:
        """How many images and parts of slides there are."""
        return len(self._stored)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_kind))

    @property
    def has_images(self) -> bool:
        """Whether some pairs are not generated."""
        return bool(self._images)

    @property
    def has_generated(self) -> bool:
        return bool(self._generated)

    def piece(self, rng: np.random.Generator, mpp: float, *, limit: int, kind: str | None = None) -> Piece:
        """Draw an image, resample it to `mpp`, turn it, and crop it to at most `limit` pixels a side.

        Args:
            rng: Decides everything.
            mpp: µm per pixel of the result.
            limit: Longest side of the result, in its own pixels.
            kind: Draw only among the pairs of this kind; None: among all.
        """
        stored = _drawn(rng, self._by_kind[kind] if kind else self._images or self._generated)
        image, values = stored.decoded()
        mask = np.where(values == stored.target, np.uint8(255), np.uint8(0))
        window, factor = _window(rng, image, limit, mpp / stored.mpp), stored.mpp / mpp
        image = resampled(image[window], factor)[:limit, :limit]
        mask = resampled_mask(mask[window], factor)[:limit, :limit]
        turn = int(rng.integers(8))
        return Piece(turned(image, turn), turned(mask, turn) > 127, stored.kind)

    def whole(self, rng: np.random.Generator, number: int, mpp: float, size: int) -> Window:
        """Return (size, size) pixels at `mpp` of image `number`: all of it where it is no larger.

        Args:
            rng: Decides where a larger one is cut, and how it is turned.
            number: Counted from 0.
            mpp: µm per pixel of the result.
            size: Side of the result in pixels.
        """
        return _cut(rng, self._stored[number], mpp, size)

    def window(self, rng: np.random.Generator, mpp: float, size: int, *, marked: bool = False) -> Window:
        """Draw (size, size) pixels at `mpp` of a generated slide, of which there must be one.

        Args:
            rng: Decides everything.
            mpp: µm per pixel of the result.
            size: Side of the result in pixels.
            marked: Draw near what the slide's truth marks.
        """
        return _cut(rng, _drawn(rng, self._marked if marked else self._generated), mpp, size)

    def background(self, rng: np.random.Generator, mpp: float, size: int) -> ImageArray | None:
        """Draw (size, size, 3) of generated tissue without tumour and glands; None where there is none."""
        if not self._quiet:
            return None
        drawn = [self._quiet[index] for index in rng.integers(len(self._quiet), size=_LARGEST_OF)]
        stored, box = max(drawn, key=lambda part: part[1].area)
        image = stored.decoded()[0][box.y : box.bottom, box.x : box.right]
        image = image[_window(rng, image, size, mpp / stored.mpp)]
        part = resampled(image, stored.mpp / mpp)[:size, :size]
        return turned(mirrored(part, size), int(rng.integers(8)))

    def texture(self, rng: np.random.Generator, mpp: float, size: int) -> ImageArray:
        """Draw tissue whose marks do not matter, (size, size, 3): images are continued by mirroring."""
        weights = len(self._textures), _IMAGES * self.has_images, _SLIDES * self.has_generated
        choice = int(rng.integers(sum(weights)))
        if choice < weights[0]:
            array, array_mpp = self._textures[choice]
            return turned(_tissue_crop(rng, array, array_mpp / mpp, size), int(rng.integers(8)))
        if choice < weights[0] + weights[1]:
            return mirrored(self.piece(rng, mpp, limit=size).image, size)
        return _cut(rng, _drawn(rng, self._tissue), mpp, size).image


def _drawn(rng: np.random.Generator, pool: Sequence[Part]) -> Part:
    return pool[int(rng.integers(len(pool)))]


def _window(rng: np.random.Generator, image: ImageArray, limit: int, factor: float) -> tuple[slice, slice]:
    """Draw where to cut `limit` times `factor` pixels a side, or all there are, out of an image."""
    side = max(round(limit * factor), _SMALLEST_PX)
    top, left = (int(rng.integers(max(length - side, 0) + 1)) for length in image.shape[:2])
    return slice(top, top + side), slice(left, left + side)


def _cut(rng: np.random.Generator, stored: Part, mpp: float, size: int) -> Window:
    image, tissue = stored.decoded()
    window, factor = _window(rng, image, size, mpp / stored.mpp), stored.mpp / mpp
    image = resampled(image[window], factor)[:size, :size]
    tissue = resampled_values(tissue[window], factor)[:size, :size]
    height, width = tissue.shape
    edges = (0, size - height, 0, size - width)
    turn = int(rng.integers(8))
    return Window(
        turned(
            np.asarray(cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=_WHITE), np.uint8), turn
        ),
        turned(np.asarray(cv2.copyMakeBorder(tissue, *edges, cv2.BORDER_CONSTANT, value=0), np.uint8), turn),
        stored.target,
    )


def _tissue_crop(rng: np.random.Generator, array: ImageArray, factor: float, size: int) -> ImageArray:
    """Crop and resample to (size, size, 3), preferring places that are mostly tissue."""
    source = min(max(round(size / factor), 1), *array.shape[:2])
    for _ in range(_TRIES):
        top, left = (int(rng.integers(length - source + 1)) for length in array.shape[:2])
        crop = array[top : top + source, left : left + source]
        if np.mean(crop[::8, ::8].min(axis=2) < BRIGHT) >= _TISSUE_SHARE:
            break
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (size, size), interpolation=method), np.uint8)
