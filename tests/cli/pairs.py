"""A folder of images with masks, as `evaluate-patches` and `train` read it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .program import tissue


def write_pairs(folder: Path, count: int = 4) -> Path:
    """Return the manifest of so many images of 160 x 120 pixels at 2 µm, half of them for training."""
    rows = ["slide,mask,group,split,mpp,kind"]
    for number in range(count):
        pixels = tissue(400, 300)[40 * number :, 50 * number :][:120, :160]
        mask = np.zeros((120, 160), np.uint8)
        mask[30:80, 40 + 5 * number : 110] = 255
        Image.fromarray(pixels).save(folder / f"{number}.png")
        Image.fromarray(mask).save(folder / f"{number}-mask.png")
        split = "train" if number % 2 else "val"
        rows.append(f"{number}.png,{number}-mask.png,case{number},{split},2.0,{'ab'[number // 2 % 2]}")
    path = folder / "pairs.csv"
    path.write_text("\n".join(rows) + "\n")
    return path
