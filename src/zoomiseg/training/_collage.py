"""Small annotated images laid side by side until they fill a patch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._library import ImageArray, Library, MaskArray, Piece


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
    """Fill (size, size) pixels at `mpp` with images in rows, gaps between them white or none.

    Args:
        rng: Decides everything.
        library: Where the images come from.
        mpp: µm per pixel of the patch.
        size: Side of the patch in pixels.
        pure: Let each image be of a kind drawn evenly, so that rare kinds meet common ones.
    """
    patch = _empty(rng.integers(228, 250, size=3).astype(np.uint8), size, library.kinds)
    gap = int(rng.integers(0, 13)) if rng.random() < 0.6 else 0
    top = -int(rng.integers(0, 60))
    while top < size:
        left, row_height = -int(rng.integers(0, 60)), 0
        while left < size:
            name = patch.kinds[int(rng.integers(len(patch.kinds)))] if pure else None
            piece = library.piece(rng, mpp, limit=size + 60, kind=name)
            _paste(piece, patch, left=left, top=top)
            left += piece.mask.shape[1] + gap
            row_height = max(row_height, piece.mask.shape[0])
        top += row_height + gap
    return patch


def _empty(background: NDArray[np.uint8], size: int, kinds: tuple[str, ...]) -> Collage:
    image = np.broadcast_to(background, (size, size, 3)).copy()
    return Collage(image, np.zeros((size, size), bool), np.full((size, size), -1, np.int8), kinds)


def _paste(piece: Piece, patch: Collage, *, left: int, top: int) -> None:
    """Write a piece into the patch with its corner at (left, top), clipped at the patch's border."""
    size = len(patch.marked)
    height, width = piece.mask.shape
    rows, columns = slice(max(top, 0), min(top + height, size)), slice(max(left, 0), min(left + width, size))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    cut = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    patch.image[rows, columns] = piece.image[cut]
    patch.marked[rows, columns] = piece.mask[cut]
    patch.kind[rows, columns] = patch.kinds.index(piece.kind)
