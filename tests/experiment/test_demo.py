"""The demo's truth at the low scale."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment import shrunk
from zoomiseg.geometry import grids_of


@pytest.mark.parametrize(("width", "height"), [(32, 24), (33, 26), (3, 2)])
def test_a_low_pixel_is_target_where_at_least_half_of_its_sixteen_high_ones_are(width, height):
    grids = grids_of(width, height, (0.5, 0.5))
    truth = np.random.default_rng(1).random((height, width)) < 0.5
    expected = [
        [
            truth[4 * row : 4 * row + 4, 4 * column : 4 * column + 4].sum() >= 8
            for column in range(grids.low.width)
        ]
        for row in range(grids.low.height)
    ]
    np.testing.assert_array_equal(shrunk(truth, grids.low), expected)
