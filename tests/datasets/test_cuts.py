"""Where slides are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.datasets._cuts import cuts_of
from zoomiseg.geometry import grids_of

MPP = (0.25, 0.25)


def patches(grids, scale, *, stride=1024):
    return [cut for cut in cuts_of(grids, stride=stride) if cut.form == "patch" and cut.scales == (scale,)]


@given(st.integers(9000, 40_000), st.integers(9000, 40_000), st.sampled_from([256, 768, 1024]))
def test_patches_lie_on_the_slide_and_leave_nothing_out_but_three_high_pixels(width, height, stride):
    grids = grids_of(width, height, MPP)
    for scale, grid, lost in (("low", grids.low, 0), ("high", grids.high, 3)):
        cuts = patches(grids, scale, stride=stride)
        assert all(grid.box.encloses(cut.box) and cut.grid == grid for cut in cuts)
        assert {(cut.box.width, cut.box.height) for cut in cuts} == {(1024, 1024)}
        for starts, length in (
            ({cut.box.x for cut in cuts}, grid.width),
            ({cut.box.y for cut in cuts}, grid.height),
        ):
            assert np.diff(sorted(starts)).max(initial=0) <= stride
            assert min(starts) == 0
            assert length - lost <= max(starts) + 1024 <= length


def test_no_patches_overlap_where_the_slide_is_a_multiple_of_them():
    grids = grids_of(3 * 8192, 2 * 8192, MPP)
    low, high = patches(grids, "low"), patches(grids, "high")
    assert [(cut.box.x, cut.box.y) for cut in low] == [(x, y) for y in (0, 1024) for x in (0, 1024, 2048)]
    assert len(high) == 96
    assert sum(cut.box.area for cut in high) == grids.high.box.area


def test_a_high_patch_covers_whole_low_pixels():
    grids = grids_of(10_007 * 2, 9_001 * 2, MPP)
    assert all(cut.box.x % 4 == 0 and cut.box.y % 4 == 0 for cut in patches(grids, "high"))


@pytest.mark.parametrize(
    ("size", "mpp", "box", "stored_mpp", "scales"),
    [
        ((299, 224), 1.1, (0, 0, 299, 224), 1.1, ("low", "high")),  # coarser than the high scale: as it is
        ((775, 522), 0.62, (0, 0, 775, 522), 0.62, ("low", "high")),
        ((4096, 2048), 0.25, (0, 0, 2048, 1024), 0.5, ("low",)),  # finer: at the high scale
        ((512, 512), 1.0, (0, 0, 512, 512), 1.0, ("low", "high")),  # 1024 pixels when enlarged: no patch
    ],
)
def test_a_small_image_is_one_piece_as_fine_as_it_is(size, mpp, box, stored_mpp, scales):
    cuts = cuts_of(grids_of(*size, (mpp, mpp)), stride=1024)
    (piece,) = [cut for cut in cuts if cut.form == "piece"]
    assert (piece.box.x, piece.box.y, piece.box.width, piece.box.height) == box
    assert piece.grid.mpp == pytest.approx((stored_mpp, stored_mpp))
    assert piece.scales == scales
    assert {cut.scales[0] for cut in cuts if cut.form == "patch"} == {"low", "high"} - set(scales)


def test_a_long_strip_is_cut_into_pieces_that_cover_it():
    grids = grids_of(3000 * 8, 500 * 8, MPP)
    pieces = [cut for cut in cuts_of(grids, stride=1024) if cut.form == "piece"]
    assert [(cut.box.x, cut.box.right) for cut in pieces] == [(0, 4096), (4096, 8192), (7904, 12_000)]
    assert {(cut.box.y, cut.box.bottom) for cut in pieces} == {(0, 2000)}


def test_an_image_of_exactly_one_patch_is_a_patch():
    first = cuts_of(grids_of(1024, 1024, (2.0, 2.0)), stride=1024)[0]
    assert (first.form, first.scales, first.box.area) == ("patch", ("low",), 1024**2)
