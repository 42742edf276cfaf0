"""Small annotated images laid side by side until they fill a patch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._library import Library, Piece
from ._stored import ImageArray, MaskArray

_FEATHERED, _GAPS = 0.4, 0.6
_ON_TISSUE = 0.5
_LONGEST_START = 60


@dataclass(frozen=True, slots=True)
class Seam:
    """How images of a collage meet, in pixels.

    Args:
        gap: Background between them; below 0 they overlap.
        ramp: Width over which an image fades into what lies beneath it; 0 is a hard edge.
    """

    gap: int
    ramp: int

    def step(self, length: int) -> int:
        """Return how far behind the start of an image so long the next one starts."""
        return length + max(self.gap, -length // 3)


@dataclass(frozen=True, slots=True)
class Collage:
    """A patch of several images.

    Args:
        image: (S, S, 3) uint8 RGB.
        marked: (S, S) bool, what the images' masks mark.
        kind: (S, S) int, the kind's place in `kinds` at each pixel, -1 between the images.
        kinds: The names.
    """

    image: ImageArray
    marked: MaskArray
    kind: NDArray[np.int8]
    kinds: tuple[str, ...]


def collage(
    rng: np.random.Generator, library: Library, mpp: float, size: int, *, pure: bool = False
) -> Collage:
    """Fill (size, size) pixels at `mpp` with images in rows: gaps between them, none, or faded edges.

    What shows between and beneath them is white, or half the time generated tissue if the library has some.

    Args:
        rng: Decides everything.
        library: Where the images come from.
        mpp: µm per pixel of the patch.
        size: Side of the patch in pixels.
        pure: Let each image be of a kind drawn evenly, so that rare kinds meet common ones.
    """
    patch = _empty(_background(rng, library, mpp, size), library.kinds)
    seam = drawn_seam(rng)
    top = -int(rng.integers(0, _LONGEST_START))
    while top < size:
        left, row_height = -int(rng.integers(0, _LONGEST_START)), 0
        while left < size:
            name = patch.kinds[int(rng.integers(len(patch.kinds)))] if pure else None
            piece = library.piece(rng, mpp, limit=size + _LONGEST_START, kind=name)
            _paste(piece, patch, left=left, top=top, ramp=seam.ramp)
            left += seam.step(piece.mask.shape[1])
            row_height = max(row_height, piece.mask.shape[0])
        top += seam.step(row_height)
    return patch


def drawn_seam(rng: np.random.Generator) -> Seam:
    """Draw how the images of one collage meet: faded (0.4), with a gap of 0 to 12 pixels (0.36) or hard."""
    if rng.random() < _FEATHERED:
        ramp = int(rng.integers(4, 25))
        return Seam(-int(rng.integers(ramp // 2, 3 * ramp // 2 + 1)), ramp)
    return Seam(int(rng.integers(0, 13)) if rng.random() < _GAPS else 0, 0)


def opacity(height: int, width: int, ramp: int) -> NDArray[np.float32]:
    """Return (height, width) float32 in (0, 1]: 1 inside, falling along a line over the outermost `ramp`."""
    across, down = (
        np.minimum(np.arange(length), np.arange(length)[::-1]).astype(np.float32)
        for length in (width, height)
    )
    depth = np.minimum(down[:, None], across[None]) + 0.5
    return np.asarray(np.minimum(depth / max(ramp, 0.5), 1), np.float32)


def _background(rng: np.random.Generator, library: Library, mpp: float, size: int) -> ImageArray:
    if rng.random() < _ON_TISSUE and (tissue := library.background(rng, mpp, size)) is not None:
        return tissue
    colour = rng.integers(228, 250, size=3).astype(np.uint8)
    return np.broadcast_to(colour, (size, size, 3)).copy()


def _empty(image: ImageArray, kinds: tuple[str, ...]) -> Collage:
    shape = image.shape[:2]
    return Collage(image, np.zeros(shape, bool), np.full(shape, -1, np.int8), kinds)


def _paste(piece: Piece, patch: Collage, *, left: int, top: int, ramp: int) -> None:
    """Lay a piece on the patch with its corner at (left, top), clipped at the patch's border."""
    size = len(patch.marked)
    height, width = piece.mask.shape
    rows, columns = slice(max(top, 0), min(top + height, size)), slice(max(left, 0), min(left + width, size))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    cut = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    # A small image must keep an opaque middle.
    alpha = opacity(height, width, min(ramp, height // 4, width // 4))[cut]
    beneath, weight = patch.image[rows, columns], alpha[..., None]
    patch.image[rows, columns] = np.rint(beneath * (1 - weight) + piece.image[cut] * weight)
    # The truth is that of whichever of the two shows more.
    mine = alpha >= 0.5
    patch.marked[rows, columns][mine] = piece.mask[cut][mine]
    patch.kind[rows, columns][mine] = patch.kinds.index(piece.kind)
