"""Tuning of what the clicks tell a network: downhill, repeatable, nothing without clicks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from zoomiseg.adapt import AdaptedPredictor, adaptation
from zoomiseg.adapt._look import Whole
from zoomiseg.adapt._refine import refined
from zoomiseg.adapt._views import Question
from zoomiseg.guidance import guidance
from zoomiseg.predict import load_predictors

from .test_predictor import CLICKS, patch

CHANNELS = 152
SMALL, LARGE = (160, 192), (448, 512)
PLACES = np.zeros((1, 2, 40, 64), np.float32), np.zeros((1, 2, 64), np.float32)


@pytest.fixture(scope="module")
def network() -> Whole:
    return Whole(load_predictors("compact").low.module)


def picture(size=SMALL) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, 3, *size)).astype(np.float32)


def question(points=((30, 40, 1), (60, 20, -1), (120, 90, 1)), size=SMALL) -> Question:
    return Question(guidance(list(points), None, *size, radius_px=5)[None], points)


def disobedience(network: Whole, asked: Question, tuning: np.ndarray) -> float:
    """Return the logistic loss on the disks of the clicks."""
    with torch.no_grad():
        given = (torch.from_numpy(each) for each in (picture(), asked.guidance, *PLACES, tuning))
        logits = network(*given)[0][0, 0]
    disks = [
        -label * logits[row - 3 : row + 4, column - 3 : column + 4] for column, row, label in asked.points
    ]
    return float(torch.nn.functional.softplus(torch.stack(disks)).mean())


def test_the_clicks_are_obeyed_better_afterwards(network: Whole) -> None:
    asked = question()
    tuning = refined(network, picture(), asked, PLACES, channels=CHANNELS)
    before = disobedience(network, asked, np.zeros_like(tuning))
    assert disobedience(network, asked, tuning) < 0.9 * before


def test_the_same_question_gets_the_same_bytes_and_leaves_the_network(network: Whole) -> None:
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    first, again = (
        refined(network, picture(), question(), PLACES, channels=CHANNELS).tobytes() for _ in range(2)
    )
    assert first == again
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())


def test_only_what_lies_around_the_newest_click_is_looked_at(network: Whole) -> None:
    asked = question(((30, 40, 1), (400, 300, 1)), LARGE)
    image = picture(LARGE)
    changed = image.copy()
    changed[..., :64] = 0
    found, other = (refined(network, each, asked, PLACES, channels=CHANNELS) for each in (image, changed))
    assert np.array_equal(found, other)


def test_without_a_click_nothing_is_tuned(network: Whole) -> None:
    assert not refined(network, picture(), question(()), PLACES, channels=CHANNELS).any()


def test_a_predictor_refines_with_views_and_without() -> None:
    base = load_predictors("compact").low
    answers = {
        AdaptedPredictor(base, adaptation(name)).predict(patch(), CLICKS).tobytes()
        for name in ("off", "refine", "views", "refine+views")
    }
    assert len(answers) == 4
