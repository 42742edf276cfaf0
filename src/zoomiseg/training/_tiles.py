"""What a pair of a manifest gives to train on: a small image as it is, anything larger cut into tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from zoomiseg.datasets import Pair, read_pair, require_same_aspect
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box, Grid
from zoomiseg.samples import Kind
from zoomiseg.slide import Mask, Slide, open_mask, open_slide

from ._stored import GENERATED, ImageArray, Stored, ValueArray, as_jpeg, as_png, bright_share

_PLAIN = (".png", ".jpg", ".jpeg")
_LONGEST_PLAIN_PX = 1500
_QUALITY = 95
_ROOM = 1.25
"""Side of a tile over that of the largest sample."""
_GLASS, _GLASS_KEPT = 0.95, 10
"""Tiles brighter than this share are glass, and one in so many is kept."""
_QUIET_PX = 128
_MARKED = 255


def stored_parts(pair: Pair, *, mpp: tuple[float, float], size: int) -> list[Stored]:
    """Return all tissue of a pair.

    A PNG or JPEG up to 1500 pixels long stays as its file has it. Anything larger, and whatever is generated,
    is read as a slide: shrunk to the finest scale if it is finer, and cut into overlapping tiles.

    Args:
        pair: Must have a mask, and an mpp unless its file says it.
        mpp: (finest, coarsest) µm per pixel of the samples.
        size: Side of a sample in pixels.
    Raises:
        ManifestError: There is no mask or mpp, or a small image cannot be used.
        SlideError: A large image cannot be used.
        AnnotationError: Nor can its mask.
    """
    plain = pair.slide.suffix.lower() in _PLAIN
    if pair.mask is None or (plain and pair.mpp is None):
        raise ManifestError(f"{pair.slide} needs a mask and an mpp in its manifest to be trained on.")
    if plain and pair.extra.get("kind") != GENERATED and (whole := _small(pair)):
        return [whole]
    with open_slide(pair.slide, mpp=pair.mpp) as slide, open_mask(pair.mask, value=pair.mask_value) as mask:
        mask_size, slide_size = (mask.width, mask.height), (slide.width, slide.height)
        require_same_aspect(mask.path, mask_size, slide.path, slide_size)
        return list(_tiles(pair, slide, mask, mpp=mpp, size=size))


def tile_boxes(grid: Grid, *, side: int, stride: int) -> Iterator[Box]:
    """Yield boxes that together cover a grid, `side` pixels long or as long as the grid."""
    for y in _starts(grid.height, side, stride):
        for x in _starts(grid.width, side, stride):
            yield Box(x, y, min(side, grid.width), min(side, grid.height))


def values_on(mask: Mask, slide: Slide, grid: Grid, box: Box) -> ValueArray:
    """Return (H, W) uint8, the mask's value at the middle of each pixel of a box of the grid."""
    rows, columns = (
        np.minimum(((start + np.arange(count) + 0.5) * step * length / whole).astype(int), length - 1)
        for start, count, step, length, whole in (
            (box.y, box.height, grid.downsample[1], mask.height, slide.height),
            (box.x, box.width, grid.downsample[0], mask.width, slide.width),
        )
    )
    top, left = int(rows[0]), int(columns[0])
    found = mask.read(Box(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1))
    return np.ascontiguousarray(found[np.ix_(rows - top, columns - left)])


def _small(pair: Pair) -> Stored | None:
    """Return a plain image in its file's own compression, or None where it is large."""
    # Read in full here, so that a damaged file is named before the training and not hours into it.
    image, mask = read_pair(pair)
    if max(mask.shape) > _LONGEST_PLAIN_PX or pair.mpp is None:
        return None
    values = np.where(mask, np.uint8(_MARKED), np.uint8(0))
    return _stored(pair, image, values, encoded=pair.slide.read_bytes(), target=_MARKED, mpp=pair.mpp)


def _tiles(pair: Pair, slide: Slide, mask: Mask, *, mpp: tuple[float, float], size: int) -> Iterator[Stored]:
    grid = slide.grids.at(mpp[0]) if max(slide.mpp) < mpp[0] else slide.grids.slide
    pixel = math.sqrt(grid.mpp[0] * grid.mpp[1])
    largest = math.ceil(size * mpp[1] / pixel)
    glassy = 0
    for box in tile_boxes(grid, side=math.ceil(_ROOM * largest), stride=largest):
        image = slide.read(box, grid)
        if bright_share(image) > _GLASS:
            glassy += 1
            if glassy % _GLASS_KEPT != 1:
                continue
        values, target = _classes(pair, values_on(mask, slide, grid, box))
        encoded = as_jpeg(image, quality=_QUALITY)
        yield _stored(pair, image, values, encoded=encoded, target=target, mpp=pixel)


def _classes(pair: Pair, values: ValueArray) -> tuple[ValueArray, int]:
    """Return what is to be stored of a mask, and the target's value in it."""
    generated = pair.extra.get("kind") == GENERATED
    if generated and pair.mask_value is not None:
        return values, pair.mask_value
    inside = values > 0 if pair.mask_value is None else values == pair.mask_value
    marked, other = (Kind.TUMOUR, Kind.STROMA) if generated else (_MARKED, 0)
    return np.where(inside, np.uint8(marked), np.uint8(other)), int(marked)


def _stored(
    pair: Pair, image: ImageArray, values: ValueArray, *, encoded: bytes, target: int, mpp: float
) -> Stored:
    kind = pair.extra.get("kind", "")
    return Stored(
        image=encoded,
        values=as_png(values),
        target=target,
        mpp=mpp,
        kind=kind,
        marked=float(np.mean(values == target)),
        bright=bright_share(image),
        quiet=quiet_square(values, target) if kind == GENERATED else None,
    )


def quiet_square(values: ValueArray, target: int) -> Box | None:
    """Return the largest square of tissue with neither tumour nor glands, or None where it is small."""
    loud = np.isin(values, (target, Kind.TUMOUR, Kind.GLAND, Kind.GLASS))
    # A frame counts as loud too, for the square has to lie inside.
    quiet = np.pad(~loud, 1).astype(np.uint8)
    distance = cv2.distanceTransform(quiet, cv2.DIST_C, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    reach = int(distance[row, column]) - 1
    side = 2 * reach + 1
    return Box(int(column) - reach, int(row) - reach, side, side) if side >= _QUIET_PX else None


def _starts(length: int, side: int, stride: int) -> list[int]:
    """Return where tiles begin along an axis: evenly, at most `stride` apart, the last ending at its end."""
    last = max(length - side, 0)
    return [int(start) for start in np.linspace(0, last, math.ceil(last / stride) + 1).round()]
