"""Contact sheets: what is drawn where."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.training._sheet import COLUMNS, TILE_PX, contact_sheet
from zoomiseg.training._validation import Clicked

GREY = 120
YELLOW, GREEN, RED = (240, 228, 66), (0, 158, 115), (213, 94, 0)


def clicked(points=(), *, height: int = 96, width: int = 144) -> Clicked:
    """The target is the left third, the prediction the upper half."""
    target, probability = np.zeros((height, width), bool), np.zeros((height, width), np.float32)
    target[:, : width // 3] = True
    probability[: height // 2] = 1
    return Clicked(np.full((height, width, 3), GREY, np.uint8), target, points, probability)


def test_images_lie_in_rows_of_four_on_white():
    sheet = contact_sheet([clicked()] * 5)
    step = TILE_PX + 8
    assert sheet.shape == (2 * step + 8, COLUMNS * step + 8, 3)
    assert (sheet[step + 20 :, step + 20 :] == 255).all()
    assert contact_sheet([clicked()]).shape == (step + 8, step + 8, 3)


def test_what_is_not_predicted_is_faded_and_the_prediction_as_it_was():
    sheet = contact_sheet([clicked()])
    assert tuple(sheet[8 + 40, 8 + 200]) == (GREY,) * 3
    assert sheet[8 + 150, 8 + 200] == pytest.approx(0.4 * GREY + 0.6 * 255, abs=1)


def test_the_targets_border_is_outlined():
    row = contact_sheet([clicked()])[8 + 150]
    (columns,) = np.nonzero((row == YELLOW).all(axis=1))
    assert len(columns) > 0
    assert abs(columns.max() - (8 + 96)) <= 2


def test_clicks_are_dots_of_their_labels_colour():
    sheet = contact_sheet([clicked([(72, 24, 1), (108, 72, -1)])])
    assert tuple(sheet[8 + 49, 8 + 145]) == GREEN
    assert tuple(sheet[8 + 145, 8 + 217]) == RED


def test_small_and_tall_images_fill_their_tile_along_the_longer_side():
    sheet = contact_sheet([clicked(height=24, width=12)])
    filled = (sheet != 255).any(axis=2)
    assert np.count_nonzero(filled.any(axis=1)) == TILE_PX
    assert np.count_nonzero(filled.any(axis=0)) == TILE_PX // 2
