"""A method that learns while an image is clicked, with the shipped network."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.adapt import adaptation
from zoomiseg.experiment import AdaptedMethod, PredictorMethod
from zoomiseg.networks import find_weights
from zoomiseg.predict import load_predictor

IMAGE = np.kron(np.random.default_rng(3).integers(60, 230, (6, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)
CLICKS = [(20, 30, 1), (90, 50, -1), (50, 80, 1), (100, 20, -1), (64, 48, 1), (10, 80, -1)]


@pytest.fixture(scope="module")
def low():
    return load_predictor(find_weights("compact"), "low")[0]


def answers(method, clicks=CLICKS):
    found, previous = [], None
    for count in range(1, len(clicks) + 1):
        previous = method.predict(IMAGE, clicks[:count], previous)
        found.append(previous)
    return found


def test_a_guard_shows_the_adapted_answer_until_clicks_speak_against_it(low):
    free, guarded = (
        answers(AdaptedMethod(low, adaptation(name), mpp=2.0)) for name in ("head", "head+guard")
    )
    assert all(np.array_equal(*pair) for pair in zip(free[:4], guarded[:4], strict=True))


def test_an_image_leaves_no_trace_in_the_next(low):
    method = AdaptedMethod(low, adaptation("head+guard"), mpp=2.0)
    first, again = answers(method), answers(method)
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))


def test_memory_keeps_the_clicks_of_earlier_images_but_not_those_of_a_control(low):
    other = np.ascontiguousarray(IMAGE[::-1])
    fresh = AdaptedMethod(low, adaptation("memory"), mpp=2.0).predict(other, CLICKS[:1], None)
    told, misled = (AdaptedMethod(low, adaptation("memory"), mpp=2.0) for _ in range(2))
    answers(told)
    answers(misled)
    answers(misled, [(column, row, -label) for column, row, label in CLICKS])
    one, two = (method.predict(other, CLICKS[:1], None) for method in (told, misled))
    assert np.abs(one - fresh).max() > 1e-3
    assert np.array_equal(one, two)


def test_clicked_pixels_are_obeyed(low):
    shown = answers(AdaptedMethod(low, adaptation("guard"), mpp=2.0))
    for count, answer in enumerate(shown, start=1):
        assert all((answer[row, column] >= 0.5) == (label > 0) for column, row, label in CLICKS[:count])
    alone = PredictorMethod(low, 2.0).predict(IMAGE, CLICKS[:1], None)
    assert np.abs(shown[0] - alone)[60:, 60:].max() < 1e-3
