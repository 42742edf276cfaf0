"""Small annotated images, written to disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.datasets import Pair
from zoomiseg.samples import Kind
from zoomiseg.slide import write_pyramid

WritePair = Callable[..., Pair]
COLOURS = {
    Kind.GLASS: (245, 245, 245),
    Kind.STROMA: (200, 130, 170),
    Kind.TUMOUR: (80, 40, 120),
    Kind.GLAND: (140, 60, 60),
    Kind.LYMPHOID: (60, 90, 160),
    Kind.NECROSIS: (160, 160, 90),
}
"""One flat colour for each tissue of the slides written here, far enough apart to survive JPEG."""


@pytest.fixture
def write_pair(tmp_path: Path) -> WritePair:
    """Return a function that writes an image and a mask losslessly and returns their pair."""
    count = 0

    def write(
        image: NDArray[np.uint8],
        mask: NDArray[np.generic],
        *,
        kind: str = "",
        mpp: float | None = 1.0,
        mask_value: int | None = None,
    ) -> Pair:
        nonlocal count
        count += 1
        paths = tmp_path / f"{count}.png", tmp_path / f"{count}-mask.png"
        Image.fromarray(image).save(paths[0])
        Image.fromarray(mask.astype(np.uint8)).save(paths[1])
        return Pair(*paths, mpp=mpp, mask_value=mask_value, extra={"kind": kind})

    return write


@pytest.fixture
def tissue_pairs(write_pair: WritePair) -> list[Pair]:
    """Four pairs of 48 x 40 noisy pixels, two kinds, each with two structures."""
    rng = np.random.default_rng(5)
    mask = np.zeros((40, 48), bool)
    mask[5:20, 6:22] = mask[24:36, 28:44] = True
    colours = ([170, 90, 150], [150, 60, 120], [220, 150, 190], [200, 120, 170])
    return [
        write_pair(
            np.clip(rng.normal(np.where(mask[..., None], colour, 210), 9), 1, 255).astype(np.uint8),
            mask,
            kind="ab"[index % 2],
        )
        for index, colour in enumerate(colours)
    ]


@pytest.fixture
def write_slide(tmp_path: Path) -> WritePair:
    """Return a function that writes an image and its values as pyramids and returns their pair."""
    count = 0

    def write(
        image: NDArray[np.uint8],
        values: NDArray[np.uint8],
        *,
        kind: str = "generated",
        mask_value: int | None = 2,
    ) -> Pair:
        nonlocal count
        count += 1
        paths = tmp_path / f"slide{count}.tif", tmp_path / f"slide{count}-truth.tif"
        for path, array, role in zip(paths, (image, values), ("slide", "mask"), strict=True):
            write_pyramid(
                path,
                lambda box, array=array: array[box.y : box.bottom, box.x : box.right],
                width=array.shape[1],
                height=array.shape[0],
                mpp=(0.5, 0.5),
                kind=role,
                quality=95,
                tile_size=64,
            )
        return Pair(*paths, mask_value=mask_value, extra={"kind": kind})

    return write


@pytest.fixture
def write_tissue(write_slide: WritePair) -> WritePair:
    """Return a function that writes a generated slide whose every tissue has the flat colour of COLOURS."""

    def write(tissue: NDArray[np.uint8], **options) -> Pair:
        image = np.zeros((*tissue.shape, 3), np.uint8)
        for kind, colour in COLOURS.items():
            image[tissue == kind] = colour
        return write_slide(image, tissue, **options)

    return write


@pytest.fixture
def patchwork() -> NDArray[np.uint8]:
    """Tissue of 192 x 192 pixels: tumour and a gland at the left, the rest stroma with lymphocytes in it."""
    tissue = np.full((192, 192), Kind.STROMA, np.uint8)
    tissue[10:90, 10:60] = Kind.TUMOUR
    tissue[120:160, 10:50] = Kind.GLAND
    tissue[40:80, 120:170] = Kind.LYMPHOID
    return tissue
