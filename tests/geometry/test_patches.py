"""Where patches lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.errors import ClickOutside
from zoomiseg.geometry import (
    PATCH_SIZE,
    Box,
    Click,
    PatchFrame,
    ScaleName,
    grids_of,
    high_patch_box,
    low_crop_of,
    nearest_patch,
    patch_starts,
)


@given(length=st.integers(1025, 40_000), stride=st.sampled_from([768, 1024]), inside=st.booleans())
def test_patches_leave_no_pixel_out(length: int, stride: int, inside: bool) -> None:
    starts = patch_starts(length, stride=stride, inside=inside)
    assert starts[0] == 0
    assert starts[-1] + PATCH_SIZE >= length
    assert all(0 < after - before <= stride for before, after in pairwise(starts))
    if inside:
        assert starts[-1] + PATCH_SIZE == length
    else:
        assert all(start == index * stride for index, start in enumerate(starts))


def test_the_last_patch_is_moved_inside() -> None:
    assert patch_starts(3000, stride=768) == [0, 768, 1536, 1976]
    assert patch_starts(3000, stride=1024, inside=False) == [0, 1024, 2048]
    assert patch_starts(1792, stride=768) == [0, 768]


@given(length=st.integers(1, 1024))
def test_a_slide_smaller_than_a_patch_lies_in_its_middle(length: int) -> None:
    (start,) = patch_starts(length, stride=768)
    before, after = -start, start + PATCH_SIZE - length
    assert 0 <= after - before <= 1


def test_a_click_belongs_to_the_nearest_centre_and_to_the_first_of_equals() -> None:
    starts = [0, 768, 1536]
    assert [nearest_patch(starts, at) for at in (0, 895.9, 896, 896.1, 1663, 1665, 9999)] == [
        0,
        0,
        0,
        1,
        1,
        2,
        2,
    ]


@given(
    width=st.integers(1, 60_000),
    height=st.integers(1, 60_000),
    mpp=st.sampled_from([0.25, 0.2528, 0.5, 0.62, 0.23]),
    at=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
)
def test_a_high_patch_covers_whole_low_pixels_and_stays_inside(
    width: int, height: int, mpp: float, at: tuple[float, float]
) -> None:
    grids = grids_of(width, height, (mpp, mpp))
    box = high_patch_box(grids.low, (at[0] * width, at[1] * height))
    assert (box.x % 4, box.y % 4, box.width, box.height) == (0, 0, PATCH_SIZE, PATCH_SIZE)
    crop = low_crop_of(box)
    assert crop.scaled(4) == box
    for start, length in ((crop.x, grids.low.width), (crop.y, grids.low.height)):
        if length > 256:
            assert 0 <= start <= length - 256
        else:
            assert start <= 0
            assert start + 256 >= length


def test_a_high_patch_is_centred_on_its_point() -> None:
    grids = grids_of(100_000, 100_000, (0.25, 0.25))
    assert high_patch_box(grids.low, (50_000, 40_003)) == Box(24_488, 19_488, 1024, 1024)


def test_a_patch_finds_the_pixel_of_a_click_and_makes_one_there() -> None:
    grids = grids_of(100_000, 100_000, (0.25, 0.25))
    frame = PatchFrame(grids.high, Box(1000, 2000, 1024, 1024))
    click = frame.click_at(3, 5, -1, slide_size=(100_000, 100_000))
    assert click == Click(2007.0, 4011.0, -1)
    assert frame.pixel_of(click) == (3, 5)
    assert frame.holds(click)


@given(
    width=st.integers(1, 60_000),
    height=st.integers(1, 60_000),
    mpp=st.sampled_from([0.25, 0.2528, 0.5, 0.62, 0.23, 1.1]),
    scale=st.sampled_from(["low", "high"]),
    corner=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_a_click_in_any_pixel_of_the_grid_lies_on_the_slide_and_in_that_pixel(
    width: int, height: int, mpp: float, scale: ScaleName, corner: tuple[int, int]
) -> None:
    grid = grids_of(width, height, (mpp, mpp)).of(scale)
    frame = PatchFrame(grid, Box(grid.width - 1020, grid.height - 1020, PATCH_SIZE, PATCH_SIZE))
    column, row = 1019 - corner[0], 1019 - corner[1]
    if not frame.inside.contains(column, row):
        return
    click = frame.click_at(column, row, 1, slide_size=(width, height))
    assert 0 <= click.x < width
    assert 0 <= click.y < height
    assert frame.pixel_of(click) == (column, row)


def test_a_click_in_a_column_that_lies_half_off_the_slide_is_in_the_middle_of_the_rest() -> None:
    frame = PatchFrame(grids_of(202, 200, (0.5, 0.5)).low, Box(0, 0, PATCH_SIZE, PATCH_SIZE))
    assert frame.click_at(50, 49, 1, slide_size=(202, 200)) == Click(201.0, 198.0, 1)


def test_a_click_outside_the_patch_is_named() -> None:
    frame = PatchFrame(grids_of(9000, 9000, (0.5, 0.5)).high, Box(1000, 2000, 1024, 1024))
    outside = Click(999.5, 2100.0, 1)
    assert not frame.holds(outside)
    with pytest.raises(ClickOutside, match=r"\(999.5, 2100\) lies outside the patch"):
        frame.pixel_of(outside)


def test_a_patch_knows_what_of_it_lies_on_the_slide() -> None:
    low = grids_of(4096, 2048, (0.25, 0.25)).low
    assert PatchFrame(low, Box(-256, -384, 1024, 1024)).inside == Box(256, 384, 512, 256)
    assert PatchFrame(low, Box(5000, 0, 1024, 1024)).inside == Box(0, 0, 0, 0)
