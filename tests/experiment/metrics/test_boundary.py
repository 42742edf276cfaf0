from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from skimage.segmentation import find_boundaries

from zoomiseg.experiment.metrics import BAND_PX, BoundaryCounts, band, contour
from zoomiseg.experiment.metrics._boundary import boundary_counts
from zoomiseg.geometry import Box

from .shapes import blobs


@pytest.mark.parametrize("seed", range(4))
def test_a_contour_is_scikit_images_inner_boundary_by_four_neighbours(seed):
    mask = blobs(seed, 90, 70)
    np.testing.assert_array_equal(contour(mask), find_boundaries(mask, connectivity=1, mode="inner"))


def test_where_the_array_ends_is_no_contour():
    assert not contour(np.ones((5, 6), bool)).any()


def test_the_band_is_what_as_many_erosions_by_scipy_take_away():
    assert BAND_PX == 29
    y, x = np.mgrid[:260, :240]
    mask = (np.hypot(x - 110, y - 100) < 90) | (abs(x - y) + abs(y - 170) < 60)
    mask[95:100, 60:64] = False
    eroded = ndimage.binary_erosion(mask, np.ones((3, 3)), iterations=BAND_PX)
    assert eroded.any()
    np.testing.assert_array_equal(band(mask), mask & ~eroded)


def test_the_band_of_a_square_is_its_frame():
    mask = np.zeros((200, 200), bool)
    mask[40:160, 40:160] = True
    assert np.count_nonzero(band(mask)) == 120**2 - (120 - 2 * 29) ** 2


def counts(prediction, truth, mpp=(0.5, 0.5)):
    box = Box(0, 0, prediction.shape[1], prediction.shape[0])
    lines = contour(prediction), contour(truth)
    return boundary_counts(prediction, truth, contours=lines, block=box, window=box, mpp=mpp)


@pytest.mark.parametrize("mpp", [0.5, 0.499, 0.51, 0.8])
def test_the_f_score_is_that_of_scikit_images_contours_and_scipys_distances(mpp):
    prediction, truth = blobs(1, 150, 120, coarse=3), blobs(1, 150, 120, coarse=3.6)
    one, other = (find_boundaries(each, connectivity=1, mode="inner") for each in (prediction, truth))
    near = [ndimage.distance_transform_edt(~each) * mpp <= 2.0 for each in (one, other)]
    precision, recall = (one & near[1]).sum() / one.sum(), (other & near[0]).sum() / other.sum()
    found = counts(prediction, truth, (mpp, mpp))
    assert 0.2 < found.f_score < 0.95
    assert found.f_score == pytest.approx(2 * precision * recall / (precision + recall))


def test_pixels_that_are_not_square_are_measured_in_microns():
    prediction, truth = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    truth[:, :30] = True
    prediction[:, :33] = True  # three pixels off: 1.5 or 3 µm
    assert counts(prediction, truth, (0.5, 1.0)).f_score == 1.0
    assert counts(prediction, truth, (1.0, 0.5)).f_score == 0.0


def test_a_shift_within_the_tolerance_is_right_and_one_pixel_more_is_wrong():
    truth = np.zeros((80, 120), bool)
    truth[:, 40:] = True
    for shift, expected in ((4, 1.0), (5, 0.0)):
        assert counts(np.roll(truth, shift, axis=1) & truth, truth).f_score == expected


def test_boundary_iou_of_shifted_squares_worked_out_by_hand():
    truth = np.zeros((300, 300), bool)
    truth[50:250, 50:250] = True
    prediction = np.roll(truth, 10, axis=1)
    # The frames: 2 x 29 rows of 190 common columns, and in the 142 rows between them 19 columns at each side.
    common = 2 * 29 * 190 + 2 * 142 * 19
    frame = 200**2 - 142**2
    assert counts(prediction, truth).boundary_iou == pytest.approx(common / (2 * frame - common))


def test_no_outline_against_none_is_right_and_against_one_is_wrong():
    nothing, square = np.zeros((50, 50), bool), np.zeros((50, 50), bool)
    square[10:40, 10:40] = True
    assert (counts(nothing, nothing).f_score, counts(nothing, nothing).boundary_iou) == (1.0, 1.0)
    assert (counts(square, nothing).f_score, counts(nothing, square).f_score) == (0.0, 0.0)
    assert counts(square, nothing).boundary_iou == 0.0
    assert BoundaryCounts(4, 0, 4, 0).f_score == 0.0
