"""Small annotated images laid side by side until they fill a patch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._library import Library, Piece
from ._stored import ImageArray, MaskArray

_FEATHERED, _GAPS = 0.4, 0.6
_ON_TISSUE, _WIDEST_GAP_PX = 0.5, 48
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
    tissue = library.background(rng, mpp, size) if rng.random() < _ON_TISSUE else None
    patch = _empty(_white(rng, size) if tissue is None else tissue, library.kinds)
    seam = drawn_seam(rng, apart=tissue is not None)
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


def drawn_seam(rng: np.random.Generator, *, apart: bool = False) -> Seam:
    """Draw how the images of one collage meet.

    Four in ten fade and overlap a little, 0.36 have a gap of up to 12 pixels, the rest meet edge to edge.

    Args:
        rng: Decides everything.
        apart: All have a gap instead, of up to 48 pixels, so that what lies beneath shows.
    """
    ramp = int(rng.integers(4, 25)) if rng.random() < _FEATHERED else 0
    if apart:
        return Seam(int(rng.integers(_WIDEST_GAP_PX + 1)), ramp)
    if ramp:
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


def _white(rng: np.random.Generator, size: int) -> ImageArray:
    return np.broadcast_to(rng.integers(228, 250, size=3).astype(np.uint8), (size, size, 3)).copy()


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
