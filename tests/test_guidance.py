"""Click maps against their definition, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.guidance import click_maps, disk, guidance

points = st.lists(st.tuples(st.integers(0, 22), st.integers(0, 16), st.sampled_from([1, -1])), max_size=5)


@given(points=points, radius_px=st.integers(0, 7))
def test_a_pixel_is_one_when_a_click_of_its_sign_is_within_the_radius(
    points: list[tuple[int, int, int]], radius_px: int
) -> None:
    maps = click_maps(points, 17, 23, radius_px=radius_px)
    expected = np.zeros((2, 17, 23), np.float32)
    for row in range(17):
        for column in range(23):
            for x, y, label in points:
                if (x - column) ** 2 + (y - row) ** 2 <= radius_px**2:
                    expected[0 if label == 1 else 1, row, column] = 1
    np.testing.assert_array_equal(maps, expected)


def test_a_disk_of_radius_five_has_81_pixels() -> None:
    assert disk(5).sum() == 81
    assert disk(0).sum() == 1


def test_guidance_stacks_clicks_and_mask() -> None:
    mask = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    stacked = guidance([(1, 2, -1)], mask, 3, 4, radius_px=0)
    np.testing.assert_array_equal(stacked[2], mask)
    assert stacked[1, 2, 1] == 1
    assert stacked[:2].sum() == 1


def test_no_mask_is_zeros() -> None:
    assert not guidance([], None, 3, 4, radius_px=5).any()


@pytest.mark.parametrize("point", [(4, 0, 1), (0, 3, 1), (-1, 0, 1)])
def test_a_point_outside_is_refused(point: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="outside the 4 x 3 patch"):
        click_maps([point], 3, 4, radius_px=2)


def test_a_wrong_label_and_a_negative_radius_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\+1 or -1, got 0"):
        click_maps([(0, 0, 0)], 3, 4, radius_px=2)
    with pytest.raises(ValueError, match="cannot be negative"):
        click_maps([], 3, 4, radius_px=-1)
