"""A real small slide and networks that draw disks, for tests of what is written of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Click
from zoomiseg.predict import Patch
from zoomiseg.session import Session
from zoomiseg.slide import Slide, open_slide, write_pyramid

WIDTH, HEIGHT, MPP = 1001, 801, 0.25


def tissue(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A left half of dark and a right half of light pink, (H, W, 3)."""
    pixels = np.full((height, width, 3), (150, 80, 140), np.uint8)
    pixels[:, width // 2 :] = (230, 180, 210)
    return pixels


def written_slide(folder: Path) -> Slide:
    """Return a slide of 1001 x 801 pixels at 0.25 µm: the high grid has half as many, rounded up."""
    pixels = tissue()

    def read(box: Box) -> NDArray[np.uint8]:
        return pixels[box.y : box.bottom, box.x : box.right]

    path = folder / "case.tif"
    write_pyramid(path, read, width=WIDTH, height=HEIGHT, mpp=(MPP, MPP), kind="slide", quality=95)
    return open_slide(path)


@dataclass
class DiskPredictor:
    """Each click is a disk of its label, over the mask input; the first one is a ring."""

    identity: str
    radius_px: float

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        height, width = patch.image.shape[:2]
        out = np.zeros((height, width), np.float32) if mask_input is None else mask_input.copy()
        row, column = np.mgrid[:height, :width]
        for number, click in enumerate(clicks):
            u, v = patch.frame.pixel_of(click)
            distance = np.hypot(column - u, row - v)
            out[distance < self.radius_px] = float(click.label > 0)
            if number == 0:
                out[distance < self.radius_px / 2] = 0
        inside = np.zeros_like(out)
        place = patch.frame.inside.slices_in(Box(0, 0, width, height))
        inside[place] = out[place]
        return inside

    def warm_up(self) -> None:
        pass


@dataclass
class DiskPredictors:
    """Satisfies `PredictorPair`."""

    name: str = "disks"
    engine: str = "numpy"
    weights_sha256: str = "d" * 64
    low: DiskPredictor = field(default_factory=lambda: DiskPredictor("low disks", 30.0))
    high: DiskPredictor = field(default_factory=lambda: DiskPredictor("high disks", 40.0))


def clicked_session(slide: Slide) -> Session:
    """Return a session in memory: a ring, a disk at the high scale, and a second class."""
    session = Session(slide, predictors=DiskPredictors())
    session.click(x=400, y=400, label=1)
    session.click(x=800, y=300, label=1, scale="high")
    session.click(x=200, y=700, label=1, class_="necrosis")
    return session
