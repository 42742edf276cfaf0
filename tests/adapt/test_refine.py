"""Tuning of what the clicks tell a network: downhill, repeatable, nothing without clicks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from zoomiseg.adapt import AdaptedPredictor, adaptation
from zoomiseg.adapt._refine import refined
from zoomiseg.adapt._views import Question
from zoomiseg.guidance import guidance
from zoomiseg.networks import build_network
from zoomiseg.predict import load_predictors

from .test_predictor import CLICKS, patch

CHANNELS = 152
SIZE = (448, 512)
PLACES = np.zeros((1, 2, 40, 64), np.float32), np.zeros((1, 2, 64), np.float32)


class Tunable(torch.nn.Module):
    """An untrained network as `AdaptedPredictor` runs it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.network = build_network("compact-attention").eval()

    def forward(self, image, guidance_maps, seen, weights, tuning):
        return self.network.explained(image, guidance_maps, (seen, weights), tuning)


@pytest.fixture(scope="module")
def network() -> Tunable:
    return Tunable()


def question(points=((30, 40, 1), (60, 20, -1), (400, 300, 1))) -> Question:
    image = np.random.default_rng(0).normal(size=(1, 3, *SIZE)).astype(np.float32)
    return Question(image, guidance(list(points), None, *SIZE, radius_px=5)[None], points)


def disobedience(network: Tunable, asked: Question, tuning: np.ndarray) -> float:
    """Return the logistic loss on the disk of the newest click."""
    with torch.no_grad():
        given = (torch.from_numpy(each) for each in (asked.image, asked.guidance, *PLACES, tuning))
        logits = network(*given)[0][0, 0]
    column, row, label = asked.points[-1]
    disk = logits[row - 3 : row + 4, column - 3 : column + 4]
    return float(torch.nn.functional.softplus(-label * disk).mean())


def test_the_newest_click_is_obeyed_better_afterwards(network: Tunable) -> None:
    asked = question()
    tuning = refined(network, asked, PLACES, channels=CHANNELS)
    before = disobedience(network, asked, np.zeros_like(tuning))
    assert disobedience(network, asked, tuning) < 0.9 * before


def test_the_same_question_gets_the_same_bytes_and_leaves_the_network(network: Tunable) -> None:
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    first, again = (refined(network, question(), PLACES, channels=CHANNELS).tobytes() for _ in range(2))
    assert first == again
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())


def test_only_what_lies_around_the_newest_click_is_looked_at(network: Tunable) -> None:
    asked = question()
    changed = asked.image.copy()
    changed[..., :64] = 0
    other = Question(changed, asked.guidance, asked.points)
    assert np.array_equal(
        refined(network, asked, PLACES, channels=CHANNELS), refined(network, other, PLACES, channels=CHANNELS)
    )


def test_without_a_click_nothing_is_tuned(network: Tunable) -> None:
    assert not refined(network, question(()), PLACES, channels=CHANNELS).any()


def test_a_predictor_refines_with_views_and_without() -> None:
    base = load_predictors("compact").low
    answers = {
        AdaptedPredictor(base, adaptation(name)).predict(patch(), CLICKS).tobytes()
        for name in ("off", "refine", "views", "refine+views")
    }
    assert len(answers) == 4
