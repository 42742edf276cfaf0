from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment.report._seams import LEAST_PX, seams_of
from zoomiseg.geometry import Box, grids_of

HIGH = grids_of(3000, 2500, (0.5, 0.5)).high
CELL = Box(0, 0, 3000, 2500)


def empty():
    return np.zeros((2500, 3000), bool)


def test_a_mask_that_ends_at_a_border_is_torn_there():
    mask, truth = empty(), empty()
    mask[300:500, 800:1024] = True
    truth[300:500, 800:1300] = True
    (seam,) = seams_of(mask, truth, CELL, HIGH)
    assert (seam.length_px, seam.box) == (200, Box(1024 - 64, 300, 128, 200))


def test_a_tear_along_a_row_is_found_as_one_along_a_column():
    mask, truth = empty(), empty()
    mask[1024:1200, 1500:1600] = True
    (seam,) = seams_of(mask, truth, CELL, HIGH)
    assert (seam.length_px, seam.box) == (100, Box(1500, 1024 - 64, 100, 128))


@pytest.mark.parametrize(
    "edge",
    [
        (slice(300, 500), slice(800, 1000)),  # away from borders
        (slice(300, 300 + LEAST_PX - 1), slice(800, 1024)),  # too short
        (slice(300, 500), slice(800, 3000)),  # the slide's own edge
    ],
)
def test_no_seam_is_seen_where_there_is_none(edge):
    mask = empty()
    mask[edge] = True
    assert seams_of(mask, empty(), CELL, HIGH) == []


def test_where_the_truth_ends_at_the_border_too_nothing_is_torn():
    mask = empty()
    mask[300:500, 800:1024] = True
    assert seams_of(mask, mask, CELL, HIGH) == []


def test_small_gaps_are_closed_and_larger_ones_part_two_seams():
    mask = empty()
    mask[300:500, 800:1024] = True
    mask[350:358] = False
    mask[400:420] = False
    assert [seam.length_px for seam in seams_of(mask, empty(), CELL, HIGH)] == [100, 80]


def test_borders_are_those_of_the_slide_whatever_cell_is_looked_at():
    mask = empty()
    mask[300:500, 1500:2048] = True
    cell = Box(1000, 200, 1500, 400)
    (seam,) = seams_of(mask[cell.slices_in(CELL)], empty()[cell.slices_in(CELL)], cell, HIGH)
    assert seam.box == Box(2048 - 64, 300, 128, 200)


def test_a_slide_of_a_single_patch_has_no_border():
    high = grids_of(900, 700, (0.5, 0.5)).high
    mask = np.zeros((700, 900), bool)
    mask[:, :450] = True
    assert seams_of(mask, np.zeros_like(mask), high.box, high) == []
