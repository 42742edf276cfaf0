"""Images with masks on disk, as a manifest names them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from zoomiseg.datasets import Pair


def write_pair(
    folder: Path,
    mask: np.ndarray,
    *,
    image: np.ndarray | None = None,
    mpp: float | None = 1.0,
    name: str = "a",
) -> Pair:
    pixels = np.zeros((*mask.shape, 3), np.uint8) if image is None else image
    Image.fromarray(pixels).save(folder / f"{name}.png")
    Image.fromarray(mask.astype(np.uint8)).save(folder / f"{name}-mask.png")
    return Pair(folder / f"{name}.png", folder / f"{name}-mask.png", mpp=mpp)
