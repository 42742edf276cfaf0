from __future__ import annotations

import io

import numpy as np
from PIL import Image

from zoomiseg.experiment.report import _panels
from zoomiseg.experiment.report._panels import PlacedClick, View, errors, fitted, jpeg, overlay, png
from zoomiseg.geometry import Box

BOX = Box(100, 200, 660, 330)


def view(truth=None, box=BOX):
    image = np.full((box.height, box.width, 3), 200, np.uint8)
    return View(box, fitted(image, box), np.zeros((330, 660), bool) if truth is None else truth)


def test_errors_have_the_colours_of_the_legend():
    truth, mask = np.zeros((330, 660), bool), np.zeros((330, 660), bool)
    truth[:, :330] = True
    mask[:, 110:440] = True
    drawn = errors(view(truth), mask)
    assert drawn.shape == (165, 330, 3)
    row = drawn[80]
    assert tuple(row[20]) == _panels.MISSED
    assert tuple(row[110]) == _panels.RIGHT
    assert tuple(row[190]) == _panels.WRONGLY
    assert tuple(row[300]) == (255, 255, 255)


def test_seams_are_framed_in_black_at_their_place():
    drawn = errors(view(), np.zeros((330, 660), bool), [Box(300, 300, 100, 100)])
    assert tuple(drawn[50, 100]) == (0, 0, 0)
    assert tuple(drawn[75, 125]) == (255, 255, 255)


def test_the_mask_is_tinted_and_the_rest_of_the_image_stays():
    mask = np.zeros((330, 660), bool)
    mask[:, :300] = True
    drawn = overlay(view(), mask)
    assert tuple(drawn[80, 300]) == (200, 200, 200)
    expected = np.rint(200 + (np.array(_panels.MASK) - 200) * 0.3)
    assert np.array_equal(drawn[80, 70], expected)


def test_clicks_are_drawn_where_they_were_made_and_those_outside_are_not():
    clicks = [PlacedClick(300.0, 300.0, 1), PlacedClick(500.0, 300.0, -1), PlacedClick(90.0, 300.0, 1)]
    drawn = overlay(view(), None, clicks)
    assert tuple(drawn[50 - 4, 100 + 3]) == _panels.POSITIVE
    assert tuple(drawn[50 - 4, 200 + 3]) == _panels.NEGATIVE
    assert tuple(drawn[50 - 3, 100]) == (255, 255, 255), "the upright of the plus"
    assert tuple(drawn[50 - 3, 200]) == _panels.NEGATIVE, "a minus has none"
    assert tuple(drawn[50, 5]) == (200, 200, 200)


def test_the_truth_is_outlined():
    truth = np.zeros((330, 660), bool)
    truth[100:200, 200:400] = True
    drawn = overlay(view(truth), None)
    assert np.abs(drawn[75, 100] - np.array(_panels.TRUTH, float)).max() < 30, "smoothed"
    assert tuple(drawn[75, 150]) == (200, 200, 200)


def test_files_are_what_was_drawn_and_small():
    drawn = errors(view(), np.ones((330, 660), bool))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(drawn))).convert("RGB")), drawn)
    assert Image.open(io.BytesIO(jpeg(drawn))).size == (330, 165)
    assert png(drawn) == png(drawn.copy())
    assert len(png(drawn)) < 1000
