"""A real pyramid with a mask, and folders of small images, whose truth is known to the pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.slide import write_pyramid

WIDTH, HEIGHT = 4608, 4200  # at 0.5 µm: the low grid is 1152 x 1050


def picture(box: Box) -> np.ndarray:
    """Smooth tissue, (H, W, 3) uint8, of a place on the slide."""
    y, x = np.mgrid[box.y : box.bottom, box.x : box.right].astype(np.float32)
    nests = 0.5 + 0.5 * np.sin(x / 161) * np.cos(y / 147)
    return np.stack([225 - 110 * nests, 160 - 110 * nests, 200 - 60 * nests], axis=2).astype(np.uint8)


def low_truth() -> np.ndarray:
    """Two disks on the low grid, (1050, 1152) bool."""
    y, x = np.mgrid[:1050, :1152]
    return ((x - 400) ** 2 + (y - 380) ** 2 < 310**2) | ((x - 1000) ** 2 + (y - 900) ** 2 < 90**2)


@pytest.fixture(scope="session")
def pyramid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of one slide at 0.5 µm and its mask at 2 µm, whose target has the value 2."""
    folder = tmp_path_factory.mktemp("pyramid")
    truth = low_truth().astype(np.uint8) + 1
    write_pyramid(
        folder / "case.tif", picture, width=WIDTH, height=HEIGHT, mpp=(0.5, 0.5), kind="slide", quality=97
    )
    write_pyramid(
        folder / "mask.tif",
        lambda box: truth[box.y : box.bottom, box.x : box.right],
        width=1152,
        height=1050,
        mpp=(2.0, 2.0),
        kind="mask",
    )
    path = folder / "slides.csv"
    path.write_text("slide,mask,group,mask_value,kind\ncase.tif,mask.tif,p1,2,carcinoma\n")
    return path


@pytest.fixture
def images(tmp_path: Path) -> Callable[..., Path]:
    """Makes a manifest of images of 160 x 120 pixels at 2 µm; image n has 20 + n rows of target."""

    def make(rows: Sequence[tuple[str, str]], folder: Path = tmp_path) -> Path:
        lines = ["slide,mask,group,split,mpp"]
        for number, (group, split) in enumerate(rows):
            mask = np.zeros((120, 160), np.uint8)
            mask[: 20 + number] = 255
            pixels = picture(Box(300 * number, 0, 160, 120))
            Image.fromarray(pixels).save(folder / f"{number}.png")
            Image.fromarray(mask).save(folder / f"{number}-mask.png")
            lines.append(f"{number}.png,{number}-mask.png,{group},{split},2.0")
        path = folder / "pairs.csv"
        path.write_text("\n".join(lines) + "\n")
        return path

    return make
