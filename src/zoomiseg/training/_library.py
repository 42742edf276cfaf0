"""All the tissue that a training run draws from, kept compressed in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.datasets import Pair, read_pair
from zoomiseg.errors import ManifestError

ImageArray = NDArray[np.uint8]
MaskArray = NDArray[np.bool_]
_TISSUE_SHARE = 0.6
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one image at the asked scale: (h, w, 3) RGB, its (h, w) mask and the pair's kind."""

    image: ImageArray
    mask: MaskArray
    kind: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """An image as its file has it, and its mask of the same size as a PNG of 0 and 255."""

    image: bytes
    mask: bytes
    mpp: float
    kind: str


class Library:
    """Draws pieces of tissue, turned and mirrored, at any scale.

    Args:
        pairs: Annotated images with mpp.
        textures: Unmarked tissue as (RGB array, mpp).
    Raises:
        ManifestError: No pairs, or one without mpp or mask, or whose files cannot be used.
    """

    def __init__(self, pairs: Sequence[Pair], textures: Sequence[tuple[ImageArray, float]] = ()) -> None:
        if not pairs:
            raise ManifestError("There is nothing to train on: no pair is left after the choice of splits.")
        self._stored = [_stored(pair) for pair in pairs]
        self._textures = list(textures)
        self._by_kind: dict[str, list[int]] = {}
        for index, pair in enumerate(self._stored):
            self._by_kind.setdefault(pair.kind, []).append(index)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_kind))

    def piece(self, rng: np.random.Generator, mpp: float, *, limit: int, kind: str | None = None) -> Piece:
        """Draw an image, resample it to `mpp`, turn it, and crop it to at most `limit` pixels a side.

        Args:
            rng: Decides everything.
            mpp: µm per pixel of the result.
            limit: Longest side of the result, in its own pixels.
            kind: Draw only among the pairs of this kind; None: among all.
        """
        pool = self._by_kind[kind] if kind else range(len(self._stored))
        stored = self._stored[int(pool[rng.integers(len(pool))])]
        image = _decoded(stored.image, cv2.IMREAD_COLOR_RGB)
        mask = _decoded(stored.mask, cv2.IMREAD_GRAYSCALE)
        source = max(round(limit * mpp / stored.mpp), 8)
        top, left = (int(rng.integers(max(length - source, 0) + 1)) for length in image.shape[:2])
        window = slice(top, top + source), slice(left, left + source)
        image, mask = _resampled(image[window], mask[window], stored.mpp / mpp)
        image, mask = image[:limit, :limit], mask[:limit, :limit]
        turn = int(rng.integers(8))
        image, mask = _turned(image, turn), _turned(mask, turn)
        return Piece(image, mask > 127, stored.kind)

    def texture(self, rng: np.random.Generator, mpp: float, size: int) -> ImageArray:
        """Draw unmarked tissue, (size, size, 3): part of a slide, or an image continued by mirroring."""
        if self._textures and rng.random() < len(self._textures) / (len(self._textures) + 4):
            array, array_mpp = self._textures[int(rng.integers(len(self._textures)))]
            return _turned(_tissue_crop(rng, array, array_mpp / mpp, size), int(rng.integers(8)))
        image = self.piece(rng, mpp, limit=size).image
        height, width = image.shape[:2]
        return np.asarray(
            cv2.copyMakeBorder(image, 0, size - height, 0, size - width, cv2.BORDER_REFLECT), np.uint8
        )


def _stored(pair: Pair) -> _Stored:
    if pair.mask is None or pair.mpp is None:
        raise ManifestError(f"{pair.slide} needs a mask and an mpp in its manifest to be trained on.")
    # Read in full here, so that a damaged file is named before the training and not hours into it.
    mask = read_pair(pair)[1].astype(np.uint8) * 255
    return _Stored(
        pair.slide.read_bytes(), cv2.imencode(".png", mask)[1].tobytes(), pair.mpp, pair.extra.get("kind", "")
    )


def _decoded(data: bytes, flags: int) -> ImageArray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags), np.uint8)


def _resampled(image: ImageArray, mask: ImageArray, factor: float) -> tuple[ImageArray, ImageArray]:
    size = max(round(image.shape[1] * factor), 1), max(round(image.shape[0] * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return (
        np.asarray(cv2.resize(image, size, interpolation=method), np.uint8),
        np.asarray(cv2.resize(mask, size, interpolation=smooth), np.uint8),
    )


def _turned(array: ImageArray, turn: int) -> ImageArray:
    """Apply one of the eight symmetries of the square, numbered 0 to 7."""
    turned = np.rot90(array, turn % 4)
    return np.ascontiguousarray(turned[:, ::-1] if turn >= 4 else turned)


def _tissue_crop(rng: np.random.Generator, array: ImageArray, factor: float, size: int) -> ImageArray:
    """Crop and resample to (size, size, 3), preferring places that are mostly tissue."""
    source = min(max(round(size / factor), 1), *array.shape[:2])
    for _ in range(_TRIES):
        top, left = (int(rng.integers(length - source + 1)) for length in array.shape[:2])
        crop = array[top : top + source, left : left + source]
        if np.mean(crop[::8, ::8].min(axis=2) < 215) >= _TISSUE_SHARE:
            break
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (size, size), interpolation=method), np.uint8)
