"""Small annotated images, written to disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.datasets import Pair

WritePair = Callable[..., Pair]


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
