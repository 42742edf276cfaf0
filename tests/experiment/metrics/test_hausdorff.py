from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from skimage.metrics import hausdorff_distance

from zoomiseg.experiment.metrics import OutlineDistance, _hausdorff, contour
from zoomiseg.geometry import Box

from .shapes import blobs


def measured(prediction, truth, mpp=0.5):
    distance = OutlineDistance(prediction.shape[1], prediction.shape[0], mpp=(mpp, mpp))
    distance.add(Box(0, 0, *prediction.shape[::-1]), contour(prediction), contour(truth))
    return distance


def by_trees(prediction, truth, mpp=0.5):
    one, other = (np.argwhere(contour(each)) for each in (prediction, truth))
    there, back = cKDTree(other).query(one)[0], cKDTree(one).query(other)[0]
    return mpp * max(np.percentile(there, 95), np.percentile(back, 95))


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_larger_95th_percentile_of_nearest_neighbours(seed):
    prediction, truth = blobs(seed, 120, 90), blobs(seed + 9, 120, 90, coarse=2)
    assert measured(prediction, truth).hd95_um() == pytest.approx(by_trees(prediction, truth), rel=1e-5)


def test_without_stragglers_it_is_near_scikit_images_hausdorff_distance():
    y, x = np.mgrid[:200, :200]
    truth, prediction = (np.hypot(x - 100, y - 100) <= radius for radius in (60, 70))
    whole = 0.5 * hausdorff_distance(contour(prediction), contour(truth))
    assert measured(prediction, truth).hd95_um() == pytest.approx(whole, abs=0.5)


def test_a_speck_far_away_does_not_count_as_it_would_without_the_percentile():
    truth = np.zeros((300, 300), bool)
    truth[100:200, 100:200] = True
    prediction = truth.copy()
    prediction[5, 5] = True
    assert measured(prediction, truth).hd95_um() == 0.0
    assert hausdorff_distance(contour(prediction), contour(truth)) > 130


def test_blocks_add_up_to_the_whole():
    prediction, truth = blobs(3, 100, 80), blobs(4, 100, 80)
    distance = OutlineDistance(100, 80, mpp=(0.5, 0.5))
    lines = contour(prediction), contour(truth)
    for block in (Box(0, 0, 70, 80), Box(70, 0, 30, 80)):
        place = block.slices_in(Box(0, 0, 100, 80))
        distance.add(block, lines[0][place], lines[1][place])
    assert distance.hd95_um() == measured(prediction, truth).hd95_um()
    assert distance.uncertainty_um == 0.0


def test_a_slide_too_large_to_hold_is_measured_within_the_stated_uncertainty(monkeypatch):
    prediction, truth = blobs(5, 300, 200, coarse=4), blobs(6, 300, 200, coarse=6)
    exact = measured(prediction, truth).hd95_um()
    monkeypatch.setattr(_hausdorff, "MOST_PIXELS", 300 * 200 // 10)
    coarse = measured(prediction, truth)
    assert coarse.uncertainty_um == pytest.approx(4 * 2**0.5 * 0.5)
    assert coarse.hd95_um() == pytest.approx(exact, abs=coarse.uncertainty_um)


def test_outlines_against_none_have_no_distance():
    nothing, square = np.zeros((50, 50), bool), np.zeros((50, 50), bool)
    square[10:40, 10:40] = True
    assert measured(nothing, nothing).hd95_um() == 0.0
    assert measured(square, nothing).hd95_um() is None
    assert measured(nothing, square).hd95_um() is None
