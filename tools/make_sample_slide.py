"""Turns a plain image and its mask into the sample slide that comes with the package."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from zoomiseg.slide import write_pyramid


def main() -> None:
    """Write OUT.tif, a pyramid of IMAGE, and OUT-mask.png, its truth as 0 and 255."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("mask", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mpp", type=float, default=0.25)
    arguments = parser.parse_args()
    rgb = np.asarray(Image.open(arguments.image).convert("RGB"))
    truth = np.asarray(Image.open(arguments.mask).convert("L")) > 0
    height, width = truth.shape
    write_pyramid(
        arguments.out.with_suffix(".tif"),
        lambda box: rgb[box.y : box.bottom, box.x : box.right],
        width=width,
        height=height,
        mpp=(arguments.mpp, arguments.mpp),
        kind="slide",
    )
    mask = Image.fromarray(truth.astype(np.uint8) * 255)
    mask.save(arguments.out.with_name(f"{arguments.out.name}-mask.png"), optimize=True)


if __name__ == "__main__":
    main()
