"""A slide smaller than a patch: the networks run on it and a margin, and not on a whole padded patch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zoomiseg.geometry import PATCH_SIZE, Box, PatchFrame, ScaleName, patch_starts
from zoomiseg.networks import find_weights, load_network
from zoomiseg.predict import OpenVinoPredictor, Patch
from zoomiseg.robot import iou
from zoomiseg.slide import open_slide, sample_path

CLICKS = {
    "low": [(82, 26, 1), (385, 142, 1), (407, 73, -1)],
    "high": [(1540, 570, 1), (1630, 290, -1), (1310, 480, 1)],
}


@pytest.mark.parametrize("scale", ["low", "high"])
def test_the_mask_is_that_of_a_whole_padded_patch_to_one_percent(scale: ScaleName) -> None:
    module, card = load_network(find_weights("compact"), scale)
    with open_slide(sample_path("bcss-1015")) as slide:
        size = slide.width, slide.height
        grid = slide.grids.low if scale == "low" else replace(slide.grids.high, width=700, height=600)
        box = Box(
            *(patch_starts(n, stride=768)[0] for n in (grid.width, grid.height)), PATCH_SIZE, PATCH_SIZE
        )
        frame = PatchFrame(grid, box)
        image = np.full((PATCH_SIZE, PATCH_SIZE, 3), 255, np.uint8)
        rows, columns = frame.inside.slices_in(Box(0, 0, PATCH_SIZE, PATCH_SIZE))
        image[rows, columns] = slide.read(grid.box, slide.grids.low if scale == "low" else slide.grids.high)
    points = [(x % grid.width, y % grid.height, label) for x, y, label in CLICKS[scale]]
    clicks = [frame.click_at(x - box.x, y - box.y, label, slide_size=size) for x, y, label in points]
    assert not card.pad_to_patch
    padded_card = replace(card, pad_to_patch=True, sha256="")
    tight, padded = (
        OpenVinoPredictor(lambda: module, each).predict(Patch(image, frame), clicks) >= 0.5
        for each in (card, padded_card)
    )
    assert tight.any()
    assert not tight[~np.isin(np.arange(PATCH_SIZE), np.arange(PATCH_SIZE)[rows])].any()
    assert iou(tight, padded) > 0.99
