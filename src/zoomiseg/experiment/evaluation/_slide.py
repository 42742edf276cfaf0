"""From a manifest's row to a slide with its truth, and what is known of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoomiseg.datasets import Pair, Truth
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box
from zoomiseg.samples import tally_truth
from zoomiseg.slide import Mask, Slide, open_mask, open_slide

from ..metrics import ReadMask
from ..simulation import World

_UM2_PER_MM2 = 1e6
_SQUARE_PX = 2048
"""So much of a truth goes into its checksum at once; another number makes another checksum."""


@dataclass(frozen=True, slots=True)
class SlideFacts:
    """A slide of the evaluation.

    Args:
        name: Its path as the manifest has it, which tells it from the others.
        kind: The manifest's column `kind`; "" where there is none.
        width: Level-0 pixels.
        height: Level-0 pixels.
        mpp: µm per level-0 pixel, the mean of x and y.
        tumour_fraction: Share of the slide.
        tumour_mm2: Area of it.
        low_scale_ceiling: IoU of the truth with itself after the low scale.
        fingerprint: SHA-256 of what tells the slide's file from others.
        truth_checksum: SHA-256 of the truth on the high grid; None in a record that was made without it.
    """

    name: str
    kind: str
    width: int
    height: int
    mpp: float
    tumour_fraction: float
    tumour_mm2: float
    low_scale_ceiling: float
    fingerprint: str
    truth_checksum: str | None = None


def names_of(pairs: Sequence[Pair], folder: Path) -> list[str]:
    """Return a name for each row: its slide's path, from the manifest's folder where it lies in there.

    Raises:
        ManifestError: A row has no mask, or two rows name the same slide.
    """
    names = [_name(pair.slide, folder) for pair in pairs]
    for name, pair in zip(names, pairs, strict=True):
        if pair.mask is None:
            raise ManifestError(
                f"The manifest names no mask for {name}, so there is nothing to compare with."
            )
        if names.count(name) > 1:
            raise ManifestError(f"The manifest names {name} twice.")
    return names


@contextmanager
def opened(pair: Pair, name: str, *, mpp: float | None) -> Iterator[World]:
    """Open a slide and its truth.

    Args:
        pair: Has a mask.
        name: Seeds are drawn with it.
        mpp: µm per level-0 pixel where neither the manifest nor the slide says so.
    Raises:
        SlideError: The slide cannot be opened.
        AnnotationError: The mask cannot.
        ManifestError: Their aspects differ by over 1%.
    """
    assert pair.mask is not None, "names_of refuses such a row"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    with (
        open_slide(pair.slide, mpp=pair.mpp or mpp) as slide,
        open_mask(pair.mask, value=pair.mask_value) as mask,
    ):
        yield World(slide, _reader(mask, slide), number)


def facts_of(world: World, pair: Pair, name: str) -> SlideFacts:
    """Return what is known of a slide; reads all of its truth, block by block, twice."""
    slide, high = world.slide, world.slide.grids.high
    tally = tally_truth(world.read_truth, width=high.width, height=high.height)
    area = high.width * high.height * high.mpp[0] * high.mpp[1] / _UM2_PER_MM2
    return SlideFacts(
        name,
        pair.extra.get("kind", ""),
        slide.width,
        slide.height,
        mpp_of(world),
        tally.tumour_fraction,
        tally.tumour_fraction * area,
        tally.low_scale_ceiling,
        fingerprint_of(world),
        truth_checksum_of(world),
    )


def mpp_of(world: World) -> float:
    """Return the µm per level-0 pixel, the mean of x and y."""
    return sum(world.slide.mpp) / 2


def fingerprint_of(world: World) -> str:
    """Return what tells a slide's file from others, as one checksum."""
    values = sorted(world.slide.fingerprint().items())
    return hashlib.sha256(repr(values).encode()).hexdigest()


def truth_checksum_of(world: World) -> str:
    """Return what tells a slide's truth from others: the SHA-256 of its bits on the high grid.

    The size of the grid goes first, then squares of 2048 pixels, row by row, each packed by itself.
    """
    high = world.slide.grids.high
    checksum = hashlib.sha256(f"{high.width} x {high.height}".encode())
    for y in range(0, high.height, _SQUARE_PX):
        for x in range(0, high.width, _SQUARE_PX):
            square = Box(x, y, min(_SQUARE_PX, high.width - x), min(_SQUARE_PX, high.height - y))
            checksum.update(np.packbits(world.read_truth(square)).tobytes())
    return checksum.hexdigest()


def _name(slide: Path, folder: Path) -> str:
    slide, folder = slide.absolute(), folder.absolute()
    return (slide.relative_to(folder) if slide.is_relative_to(folder) else slide).as_posix()


def _reader(mask: Mask, slide: Slide) -> ReadMask:
    truth, high = Truth(mask, slide), slide.grids.high
    if (mask.width, mask.height) == (high.width, high.height):
        return mask.foreground
    return lambda box: truth.on(high, box)
