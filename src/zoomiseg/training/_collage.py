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
    kinds = library.kinds
    background = rng.integers(228, 250, size=3).astype(np.uint8)
    image = np.broadcast_to(background, (size, size, 3)).copy()
    marked = np.zeros((size, size), bool)
    kind = np.full((size, size), -1, np.int8)
    gap = int(rng.integers(0, 13)) if rng.random() < 0.6 else 0
    top = -int(rng.integers(0, 60))
    while top < size:
        left, row_height = -int(rng.integers(0, 60)), 0
        while left < size:
            name = kinds[int(rng.integers(len(kinds)))] if pure else None
            piece = library.piece(rng, mpp, limit=size + 60, kind=name)
            _paste(piece, left, top, image, marked, kind, kinds.index(piece.kind))
            left += piece.mask.shape[1] + gap
            row_height = max(row_height, piece.mask.shape[0])
        top += row_height + gap
    return Collage(image, marked, kind, kinds)


def _paste(
    piece: Piece,
    left: int,
    top: int,
    image: ImageArray,
    marked: MaskArray,
    kind: NDArray[np.int8],
    index: int,
) -> None:
    size = len(marked)
    height, width = piece.mask.shape
    rows, columns = slice(max(top, 0), min(top + height, size)), slice(max(left, 0), min(left + width, size))
    cut = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    image[rows, columns], marked[rows, columns], kind[rows, columns] = (
        piece.image[cut],
        piece.mask[cut],
        index,
    )
