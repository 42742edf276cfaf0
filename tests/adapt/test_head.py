"""The head, against a general minimiser of the loss as it is described."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from zoomiseg.adapt._head import AGREEMENT, BIAS_RIDGE, RIDGE, SETTLED, Evidence, correction

DISK_PX = 9.0


def evidence(seed=0, *, positive=((4, 4),), negative=((20, 17),)):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(3, 24, 32)).astype(np.float32) * [[[1]], [[5]], [[0.2]]] + 2
    maps = np.zeros((2, 24, 32), np.float32)
    for sign, clicks in enumerate((positive, negative)):
        for row, column in clicks:
            maps[sign, row - 1 : row + 2, column - 1 : column + 2] = 1
    return Evidence(features.astype(np.float32), rng.normal(size=(24, 32)).astype(np.float32) * 3, *maps)


def standardised(features):
    grid = features[:, ::8, ::8].astype(np.float64)
    return (features - grid.mean((1, 2), keepdims=True)) / (grid.std((1, 2), keepdims=True) + 1e-3)


def loss(parameters, given):
    weights, bias = parameters[:3, None, None], parameters[3]
    scaled = standardised(given.features)
    added = (weights * scaled).sum(0) + bias
    answer = given.logits + added
    clicks = (np.logaddexp(0, -answer) * given.positive + np.logaddexp(0, answer) * given.negative).sum()
    sure = (2 * np.abs(1 / (1 + np.exp(-given.logits)) - 0.5)) ** 2
    left_alone = (sure * added**2)[::8, ::8].mean()
    settled = 0.0
    if given.settled is not None:
        known = given.settled[::8, ::8]
        told = np.abs(known) > 0.5
        settled = SETTLED * np.logaddexp(0, -np.sign(known) * answer[::8, ::8])[told].mean()
    ridge = RIDGE * (parameters[:3] ** 2).sum() + BIAS_RIDGE * bias**2
    return clicks / DISK_PX + settled + ridge / 2 + AGREEMENT * left_alone / 2


@pytest.mark.parametrize("seed", range(4))
def test_the_correction_is_the_minimum_of_its_loss(seed):
    given = evidence(seed, positive=((4, 4), (10, 25)), negative=((20, 17),))
    best = minimize(loss, np.zeros(4), args=(given,), method="BFGS", options={"gtol": 1e-8}).x
    scaled = standardised(given.features)
    expected = np.tensordot(best[:3], scaled, axes=1) + best[3]
    np.testing.assert_allclose(correction(given, disk_px=DISK_PX), expected, atol=2e-3)


@pytest.mark.parametrize("positive", [((4, 4),), ()])
def test_what_was_settled_counts_as_a_few_clicks(positive):
    settled = np.zeros((24, 32), np.float32)
    settled[8:, :12], settled[8:, 20:] = 1, -0.8
    given = replace(evidence(positive=positive, negative=()), settled=settled)
    best = minimize(loss, np.zeros(4), args=(given,), method="BFGS", options={"gtol": 1e-8}).x
    scaled = standardised(given.features)
    expected = np.tensordot(best[:3], scaled, axes=1) + best[3]
    np.testing.assert_allclose(correction(given, disk_px=DISK_PX), expected, atol=2e-3)


def test_without_clicks_nothing_is_added():
    assert not correction(evidence(positive=(), negative=()), disk_px=DISK_PX).any()


def test_pixels_that_were_clicked_both_ways_say_nothing():
    assert not correction(evidence(positive=((9, 9),), negative=((9, 9),)), disk_px=DISK_PX).any()


def test_a_place_counts_once_however_often_it_was_clicked():
    once, thrice = evidence(positive=((4, 4),)), evidence(positive=((4, 4),) * 3)
    assert np.array_equal(correction(once, disk_px=DISK_PX), correction(thrice, disk_px=DISK_PX))
