import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.slide._backend import over_white


@given(colour=st.integers(0, 255), alpha=st.integers(0, 255))
def test_straight_alpha_is_laid_over_white(colour, alpha):
    rgba = np.array([[[colour, 0, 255, alpha]]], np.uint8)
    expected = [(value * alpha + 255 * (255 - alpha)) / 255 for value in (colour, 0, 255)]
    assert np.abs(over_white(rgba)[0, 0] - np.array(expected)).max() <= 0.5


def test_a_hole_in_a_mosaic_is_white_and_the_rest_untouched():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0] = (10, 20, 30, 255)
    assert over_white(rgba).tolist() == [[[10, 20, 30]] * 2, [[255, 255, 255]] * 2]
