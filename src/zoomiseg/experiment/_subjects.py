"""What the robot clicks: a manifest's plain images at one scale, or collages of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from zoomiseg.datasets import Pair, read_pair
from zoomiseg.errors import ManifestError

from ._curve import ImageArray, MaskArray

_GAP_PX = 8


@dataclass(frozen=True, slots=True)
class Subject:
    """One image to be clicked.

    Args:
        name: For people and for files; need not be the only one of its name.
        read: Returns (H, W, 3) uint8 RGB and the (H, W) bool truth, at the scale of the evaluation.
    """

    name: str
    read: Callable[[], tuple[ImageArray, MaskArray]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A pair's place in a collage: `left`, `top` in the collage's pixels, cut at `width`, `height`."""

    pair: Pair
    left: int
    top: int
    width: int
    height: int


def image_subjects(pairs: Sequence[Pair], mpp: float) -> list[Subject]:
    """Return the pairs' images, one by one, resampled to `mpp` µm per pixel."""
    return [Subject(pair.slide.name, partial(resampled_pair, pair, mpp)) for pair in pairs]


def collage_subjects(
    pairs: Sequence[Pair], mpp: float, size_px: int, *, seed: int = 0, most: int | None = None
) -> list[Subject]:
    """Return collages of at most (size_px, size_px) pixels at `mpp`: whole images in rows, on white.

    The images come in an order drawn by `seed`, and each is in one collage; the last collage is filled up
    from the beginning. None is twice in one collage. An image larger than a collage is cut to its top left
    part.

    Args:
        pairs: Where the images come from; at least one.
        mpp: µm per pixel that the images are brought to.
        size_px: Longest side of a collage.
        seed: Decides which images meet.
        most: Collages at most; None: until all images are used.
    Raises:
        ManifestError: No mpp or mask, or a file cannot be used.
    """
    order = np.random.default_rng(seed).permutation(len(pairs))
    collages: list[Subject] = []
    used = 0
    while used < len(pairs) and (most is None or len(collages) < most):
        pieces: list[_Piece] = []
        while len(pieces) < len(pairs):
            piece = _next_piece(pairs[order[used % len(pairs)]], pieces, mpp, size_px)
            if piece is None:
                break
            pieces.append(piece)
            used += 1
        name = "+".join(piece.pair.slide.stem for piece in pieces)
        collages.append(Subject(name, partial(_collage, tuple(pieces), mpp)))
    return collages


def resampled_pair(pair: Pair, mpp: float) -> tuple[ImageArray, MaskArray]:
    """Return image and mask of a pair at `mpp`: area averages when shrunk, cubic when enlarged.

    A pixel of the result is target where at least half of it is.

    Raises:
        ManifestError: No mpp or mask, or a file cannot be used.
    """
    image, mask = read_pair(pair)
    return resized(image, mask, _size_at(pair, mask, mpp))


def resized(image: ImageArray, mask: MaskArray, size: tuple[int, int]) -> tuple[ImageArray, MaskArray]:
    """Return image and mask at a (width, height): area averages when shrunk, cubic when enlarged."""
    if size == (image.shape[1], image.shape[0]):
        return image, mask
    shrinks = size[0] < image.shape[1]
    method, smooth = (cv2.INTER_AREA, cv2.INTER_AREA) if shrinks else (cv2.INTER_CUBIC, cv2.INTER_LINEAR)
    share = cv2.resize(mask.astype(np.float32), size, interpolation=smooth)
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8), np.asarray(share >= 0.5)


def _size_at(pair: Pair, mask: MaskArray, mpp: float) -> tuple[int, int]:
    """Return the (width, height) of a pair's pixels at `mpp`."""
    if pair.mpp is None:
        raise ManifestError(f"{pair.slide.name} has no mpp in its manifest.")
    height, width = mask.shape
    return max(round(width * pair.mpp / mpp), 1), max(round(height * pair.mpp / mpp), 1)


def _next_piece(pair: Pair, pieces: Sequence[_Piece], mpp: float, size_px: int) -> _Piece | None:
    """Return where the pair goes: into the last row, into a new one, or, where neither holds it, nowhere."""
    width, height = (min(length, size_px) for length in _size_at(pair, read_pair(pair)[1], mpp))
    if not pieces:
        return _Piece(pair, 0, 0, width, height)
    last = pieces[-1]
    left = last.left + last.width + _GAP_PX
    if left + width <= size_px and last.top + height <= size_px:
        return _Piece(pair, left, last.top, width, height)
    top = max(piece.top + piece.height for piece in pieces) + _GAP_PX
    return _Piece(pair, 0, top, width, height) if top + height <= size_px else None


def _collage(pieces: Sequence[_Piece], mpp: float) -> tuple[ImageArray, MaskArray]:
    width = max(piece.left + piece.width for piece in pieces)
    height = max(piece.top + piece.height for piece in pieces)
    image, truth = np.full((height, width, 3), 255, np.uint8), np.zeros((height, width), bool)
    for piece in pieces:
        pixels, mask = resampled_pair(piece.pair, mpp)
        place = (
            slice(piece.top, piece.top + piece.height),
            slice(piece.left, piece.left + piece.width),
        )
        image[place] = pixels[: piece.height, : piece.width]
        truth[place] = mask[: piece.height, : piece.width]
    return image, truth
