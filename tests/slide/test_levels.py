import pytest

from zoomiseg.geometry import Grid, grids_of
from zoomiseg.slide._levels import level_downsample, level_for


@pytest.mark.parametrize(
    ("slide", "level", "expected"),
    [
        ((16383, 16000), (4096, 4000), (4.0, 4.0)),  # rounded up: the ratio is 3.9998
        ((46001, 32914), (11500, 8228), (4.0, 4.0)),  # rounded down
        ((4000, 2000), (1000, 500), (4.0, 4.0)),
        ((3000, 3000), (1000, 1000), (3.0, 3.0)),
        ((1000, 1000), (10, 10), (100.0, 100.0)),  # not the 128 that is nearest among powers
        ((1000, 1000), (400, 400), (2.5, 2.5)),
        ((1000, 800), (1000, 800), (1.0, 1.0)),
    ],
)
def test_a_levels_downsample_is_what_its_writer_meant(slide, level, expected):
    assert level_downsample(slide, level) == expected


@pytest.mark.parametrize(
    ("downsample", "expected"), [(0.8, 0), (1.0, 0), (3.9, 0), (4.0, 1), (8.0, 1), (99.0, 2)]
)
def test_the_nearest_finer_level_is_read(downsample, expected):
    levels = [(1.0, 1.0), (4.0, 4.0002), (16.0, 16.0)]
    assert level_for(levels, Grid((downsample, downsample), 10, 10, (1.0, 1.0))) == expected


def test_axes_of_different_scale_take_a_level_fine_enough_for_both():
    levels = [(1.0, 1.0), (4.0, 4.0)]
    grid = grids_of(1000, 1000, (0.25, 0.15)).at(1.0)
    assert grid.downsample == pytest.approx((4.0, 6.6667), rel=1e-4)
    assert level_for(levels, grid) == 1
    assert level_for(levels, Grid((6.0, 3.0), 10, 10, (1.0, 1.0))) == 0
