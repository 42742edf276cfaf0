from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.experiment.metrics import Overlap, overlap_of

from .shapes import blobs


@given(st.integers(0, 2**32 - 1))
def test_iou_and_dice_are_those_of_sets_of_pixels(seed):
    prediction, truth = blobs(seed % 97, 40, 30), blobs(seed % 89 + 100, 40, 30)
    one, other = set(np.flatnonzero(prediction).tolist()), set(np.flatnonzero(truth).tolist())
    found = overlap_of(prediction, truth)
    assert (found.common, found.predicted, found.true) == (len(one & other), len(one), len(other))
    assert found.iou == len(one & other) / len(one | other)
    assert found.dice == pytest.approx(2 * found.iou / (1 + found.iou))


def test_empty_against_empty_is_right_and_anything_against_empty_is_wrong():
    assert (Overlap().iou, Overlap().dice) == (1.0, 1.0)
    assert (Overlap(0, 3, 0).iou, Overlap(0, 0, 3).dice) == (0.0, 0.0)


def test_parts_add_up_to_the_whole_and_can_be_taken_out_again():
    prediction, truth = blobs(1, 64, 50), blobs(2, 64, 50)
    left, right = (overlap_of(prediction[:, part], truth[:, part]) for part in (slice(20), slice(20, None)))
    assert left + right == overlap_of(prediction, truth)
    assert overlap_of(prediction, truth) - left == right
