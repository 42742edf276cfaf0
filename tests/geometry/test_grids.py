"""Grids: sizes, snapping, and the way between frames."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.geometry import HIGH, LOW, Box, Scale, grids_of

sizes = st.integers(1, 200_000)
mpps = st.floats(0.1, 2.0)


@pytest.mark.parametrize(
    ("mpp", "downsample"), [(0.25, 2.0), (0.2528, 2.0), (0.499, 1.0), (0.2431, 2.0), (0.5, 1.0)]
)
def test_a_factor_within_three_percent_of_a_power_of_two_is_that_power(mpp: float, downsample: float) -> None:
    assert grids_of(1000, 1000, (mpp, mpp)).high.downsample == (downsample, downsample)


@pytest.mark.parametrize("mpp", [0.62, 1.1, 0.2])
def test_any_other_factor_is_kept(mpp: float) -> None:
    assert grids_of(1000, 1000, (mpp, mpp)).high.downsample == (0.5 / mpp, 0.5 / mpp)


def test_the_sample_slide_has_the_sizes_worked_out_by_hand() -> None:
    grids = grids_of(4096, 2048, (0.25, 0.25))
    assert (grids.high.width, grids.high.height) == (2048, 1024)
    assert (grids.low.width, grids.low.height) == (512, 256)
    assert grids.low.mpp == (2.0, 2.0)


def test_sizes_round_up_and_x_and_y_are_apart() -> None:
    grids = grids_of(2221, 2967, (0.499, 0.25))
    assert (grids.high.width, grids.high.height) == (2221, 1484)
    assert (grids.low.width, grids.low.height) == (556, 371)


@given(width=sizes, height=sizes, x=mpps, y=mpps)
def test_low_is_high_reduced_by_exactly_four(width: int, height: int, x: float, y: float) -> None:
    grids = grids_of(width, height, (x, y))
    assert grids.low.downsample == (4 * grids.high.downsample[0], 4 * grids.high.downsample[1])
    assert grids.low.width == math.ceil(grids.high.width / 4)
    assert grids.low.height == math.ceil(grids.high.height / 4)


@given(width=sizes, height=sizes, x=mpps, y=mpps)
def test_a_grid_covers_the_slide_and_not_a_pixel_more(width: int, height: int, x: float, y: float) -> None:
    high = grids_of(width, height, (x, y)).high
    for length, count, step in (
        (width, high.width, high.downsample[0]),
        (height, high.height, high.downsample[1]),
    ):
        assert count * step >= length - 1e-4
        assert (count - 1) * step < length


@given(x=st.floats(0, 1e5), y=st.floats(0, 1e5), mpp=mpps, scale=st.sampled_from([HIGH, LOW, Scale(8.0)]))
def test_a_point_survives_the_way_to_a_grid_and_back(x: float, y: float, mpp: float, scale: Scale) -> None:
    grid = grids_of(100_000, 100_000, (mpp, mpp)).at(scale.mpp)
    assert grid.to_slide(grid.from_slide((x, y))) == pytest.approx((x, y))


@given(column=st.integers(0, 90_000), row=st.integers(0, 90_000), mpp=mpps)
def test_the_centre_of_a_pixel_lies_in_that_pixel(column: int, row: int, mpp: float) -> None:
    high = grids_of(400_000, 400_000, (mpp, mpp)).high
    assert high.pixel_at(high.pixel_centre(column, row)) == (column, row)


def test_any_other_scale_is_a_multiple_of_the_high_grid() -> None:
    grids = grids_of(4096, 2048, (0.2528, 0.2528))
    assert grids.at(8.0).downsample == (32.0, 32.0)
    assert grids.at(0.5) is grids.high
    assert grids.at(2.0) is grids.low


def test_level_zero_is_a_grid_too() -> None:
    slide = grids_of(30, 20, (0.25, 0.3)).slide
    assert (slide.downsample, slide.box, slide.mpp) == ((1.0, 1.0), Box(0, 0, 30, 20), (0.25, 0.3))


def test_boxes_change_frame_outwards() -> None:
    low = grids_of(4096, 2048, (0.25, 0.25)).low
    assert low.covering(Box(7, 8, 10, 8)) == Box(0, 1, 3, 1)
    assert low.slide_box(Box(1, 2, 3, 4)) == Box(8, 16, 24, 32)


@pytest.mark.parametrize("mpp", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_is_a_positive_number(mpp: float) -> None:
    with pytest.raises(ValueError, match="positive number of microns"):
        Scale(mpp)
