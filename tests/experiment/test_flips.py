"""What a click did far away, against counting pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoomiseg.experiment import Flips, far_flips

masks = arrays(bool, (9, 12), elements=st.booleans())


@given(
    before=masks,
    after=masks,
    truth=masks,
    column=st.integers(0, 11),
    row=st.integers(0, 8),
    far_px=st.integers(0, 16),
)
def test_flips_are_those_counted_pixel_by_pixel(before, after, truth, column, row, far_px):
    far = spoilt = mended = 0
    for y, x in np.ndindex(truth.shape):
        if math.hypot(x - column, y - row) > far_px:
            far += 1
            spoilt += before[y, x] == truth[y, x] != after[y, x]
            mended += before[y, x] != truth[y, x] == after[y, x]
    assert far_flips(before, after, truth, (column, row, 1), far_px=far_px) == Flips(far, spoilt, mended)


def test_a_pixel_at_the_distance_itself_is_near():
    nothing, all_ = np.zeros((1, 11), bool), np.ones((1, 11), bool)
    assert far_flips(nothing, all_, all_, (0, 0, 1), far_px=4) == Flips(far=6, spoilt=0, mended=6)
