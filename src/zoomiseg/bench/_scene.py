"""What is clicked: real tissue, repeated until it fills a patch at either scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from zoomiseg.geometry import PATCH_SIZE, Box, Click, PatchFrame, ScaleName, high_patch_box
from zoomiseg.slide import ImageArray, Slide, open_slide, sample_path, write_pyramid

# Beyond one low patch on each side, at 0.25 µm per pixel.
SIDE_PX = 9216
_MPP = 0.25
CLICKS = 10


def write_slide(folder: Path) -> Path:
    """Write the slide that all stages work on, 9216 x 9216 pixels of the sample's tissue at 0.25 µm."""
    path = folder / "bench.tif"
    with open_slide(sample_path("bcss-1015")) as sample:
        block = sample.read(sample.grids.slide.box, sample.grids.slide)

    def read(box: Box) -> ImageArray:
        rows = np.arange(box.y, box.bottom) % block.shape[0]
        columns = np.arange(box.x, box.right) % block.shape[1]
        return block[np.ix_(rows, columns)]

    write_pyramid(path, read, width=SIDE_PX, height=SIDE_PX, mpp=(_MPP, _MPP), kind="slide")
    return path


def frame_of(slide: Slide, scale: ScaleName) -> PatchFrame:
    """Return a patch that lies wholly on the slide."""
    if scale == "low":
        return PatchFrame(slide.grids.low, Box(0, 0, PATCH_SIZE, PATCH_SIZE))
    return PatchFrame(slide.grids.high, high_patch_box(slide.grids.low, (SIDE_PX / 3, SIDE_PX / 3)))


def clicks_in(frame: PatchFrame) -> list[Click]:
    """Return ten clicks in a patch of `frame_of`, every third negative, none nearer to the next centre."""
    box = frame.grid.slide_box(frame.box)
    places = np.random.default_rng(0).uniform(0.2, 0.55, (CLICKS, 2))
    return [
        Click(box.x + float(u) * box.width, box.y + float(v) * box.height, -1 if index % 3 == 2 else 1)
        for index, (u, v) in enumerate(places)
    ]
