import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.experiment import shrunk
from zoomiseg.geometry import Box, grids_of
from zoomiseg.samples import TruthTally, tally_truth
from zoomiseg.session._resample import enlarge_cubic


def truth_of(seed, width, height):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    a, b, c = rng.uniform(2, 9, 3)
    return np.sin(x / a) + np.sin(y / b) + np.sin((x - y) / c) + rng.normal(0, 0.3, (height, width)) > 0.4


def reader(truth):
    return lambda box: truth[box.y : box.bottom, box.x : box.right]


def ceiling_by_the_book(truth):
    """As method.md has it, with the code of `experiment` and `session`, the whole slide at once."""
    height, width = truth.shape
    low = shrunk(truth, grids_of(width, height, (0.5, 0.5)).low)
    enlarged = enlarge_cubic(np.pad(low.astype(np.float32), 2, mode="edge"))[:height, :width] >= 0.5
    either = np.count_nonzero(enlarged | truth)
    return np.count_nonzero(enlarged & truth) / either if either else 1.0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), width=st.integers(1, 90), height=st.integers(1, 90))
def test_the_ceiling_is_that_of_the_sessions_own_enlargement(seed, width, height):
    truth = truth_of(seed, width, height)
    tally = tally_truth(reader(truth), width=width, height=height)
    assert tally.low_scale_ceiling == ceiling_by_the_book(truth)
    assert tally.tumour_fraction == pytest.approx(truth.mean())


def test_it_does_not_matter_in_which_boxes_the_truth_comes():
    truth = truth_of(3, 203, 131)
    tally = TruthTally(reader(truth), width=203, height=131)
    for y in range(0, 131, 32):
        for x in range(0, 203, 64):
            box = Box(x, y, min(64, 203 - x), min(32, 131 - y))
            np.testing.assert_array_equal(tally.add(box), truth[y : box.bottom, x : box.right])
    assert tally.low_scale_ceiling == ceiling_by_the_book(truth)


def test_an_empty_truth_survives_and_single_pixels_do_not():
    empty = np.zeros((64, 64), bool)
    assert tally_truth(reader(empty), width=64, height=64).low_scale_ceiling == 1.0
    dots = empty.copy()
    dots[::8, ::8] = True
    assert tally_truth(reader(dots), width=64, height=64).low_scale_ceiling == 0.0
