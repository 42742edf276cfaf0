"""Losses against their formulas in plain NumPy, and against cases worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.losses import click_loss, normalised_focal_loss, total_loss


def reference_nfl(logit: np.ndarray, y: np.ndarray, valid: np.ndarray, alpha: float, gamma: float) -> float:
    """Facts.md, "Normalised focal loss", in float64."""
    p = 1 / (1 + np.exp(-logit.astype(np.float64)))
    p_t = 1 - np.abs(y - p)
    beta = (1 - p_t) ** gamma
    scale = valid.sum() / (beta[valid].sum() + 1e-12)
    alpha_t = np.where(y > 0.5, alpha, 1 - alpha)
    loss = -alpha_t * scale * beta * np.log(np.minimum(p_t + 1e-12, 1))
    return float(loss[valid].sum() / valid.sum())


@given(seed=st.integers(0, 10_000), alpha=st.sampled_from([0.5, 0.3]), gamma=st.sampled_from([2.0, 1.0]))
@settings(max_examples=40)
def test_the_focal_loss_is_its_formula(seed: int, alpha: float, gamma: float) -> None:
    rng = np.random.default_rng(seed)
    logit = rng.normal(0, 3, (2, 1, 6, 7)).astype(np.float32)
    target, valid = rng.random((2, 1, 6, 7)) < 0.4, rng.random((2, 1, 6, 7)) < 0.8
    loss = normalised_focal_loss(
        torch.from_numpy(logit),
        torch.from_numpy(target),
        valid=torch.from_numpy(valid),
        alpha=alpha,
        gamma=gamma,
    )
    expected = [reference_nfl(logit[i], target[i].astype(float), valid[i], alpha, gamma) for i in range(2)]
    np.testing.assert_allclose(loss.numpy(), expected, rtol=2e-4)


def test_an_undecided_prediction_costs_half_of_log_two() -> None:
    target = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]])
    assert normalised_focal_loss(torch.zeros(1, 1, 2, 2), target).item() == pytest.approx(0.5 * math.log(2))


def test_the_normaliser_takes_no_gradient() -> None:
    logit = torch.tensor([[[[1.0, -2.0]]]], requires_grad=True)
    target = torch.tensor([[[[1.0, 1.0]]]])
    normalised_focal_loss(logit, target).sum().backward()
    with torch.no_grad():
        q = 1 - torch.sigmoid(logit)
        scale = 2 / (q**2).sum()
        # d/dx of -(1-p)^2 log p with the scale held: 2 (1-p)^2 p log p - (1-p)^3
        p = 1 - q
        expected = 0.5 * scale * (2 * q**2 * p * torch.log(p) - q**3) / 2
    torch.testing.assert_close(logit.grad, expected)


def test_a_sure_mistake_still_has_a_gradient_and_a_sure_hit_costs_nothing() -> None:
    logit = torch.tensor([[[[-60.0]]], [[[60.0]]]], requires_grad=True)
    loss = normalised_focal_loss(logit, torch.ones(2, 1, 1, 1))
    loss.sum().backward()
    assert loss[0].item() == pytest.approx(30.0)
    assert logit.grad is not None
    assert logit.grad[0].item() == pytest.approx(-0.5, rel=1e-3)
    assert loss[1].item() == pytest.approx(0.0, abs=1e-6)


def test_half_precision_is_computed_in_single() -> None:
    logit = torch.tensor([[[[0.5, -0.5]]]])
    target = torch.tensor([[[[1.0, 0.0]]]])
    half = normalised_focal_loss(logit.half(), target.half())
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, normalised_focal_loss(logit, target))


def test_nothing_valid_is_zero_and_not_nan() -> None:
    loss = normalised_focal_loss(
        torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2), valid=torch.zeros(1, 1, 2, 2)
    )
    assert loss.item() == 0.0


CLICKS = torch.tensor([[[0, 0, 1], [1, 0, -1], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]])


def logits(*probabilities: float) -> torch.Tensor:
    return torch.logit(torch.tensor(probabilities)).view(1, 1, 1, -1)


def test_the_hinge_is_four_times_the_squared_miss() -> None:
    both = torch.cat([logits(0.8, 0.3), logits(0.5, 0.5)])
    expected = (4 * 0.2**2 + 4 * 0.3**2) / 2
    torch.testing.assert_close(click_loss(both, CLICKS), torch.tensor([expected, 0.0]))


def test_as_printed_leaves_a_wrong_positive_unpunished() -> None:
    clicks = torch.tensor([[[0, 0, 1], [1, 0, -1]]])
    printed = click_loss(logits(0.8, 0.99), clicks, form="as_printed")
    torch.testing.assert_close(printed, torch.tensor([(0.2 / 2) ** 2]))
    assert click_loss(logits(0.8, 0.99), clicks).item() > 1


def test_no_clicks_are_zero_with_a_zero_gradient() -> None:
    logit = torch.zeros(1, 1, 2, 2, requires_grad=True)
    loss = click_loss(logit, torch.zeros(1, 1, 3, dtype=torch.int64))
    loss.sum().backward()
    assert loss.item() == 0.0
    assert logit.grad is not None
    assert not logit.grad.any()


def test_columns_and_rows_are_not_mixed_up() -> None:
    logit = torch.zeros(1, 1, 3, 5)
    logit[0, 0, 2, 4] = 50.0
    assert click_loss(logit, torch.tensor([[[4, 2, 1]]])).item() == pytest.approx(0.0, abs=1e-6)
    assert click_loss(logit, torch.tensor([[[4, 2, -1]]])).item() == pytest.approx(4.0)


def test_the_total_is_the_batch_mean_of_both() -> None:
    both, target = (
        torch.cat([logits(0.8, 0.3), logits(0.5, 0.5)]),
        torch.tensor([[[[1.0, 0.0]]], [[[1.0, 1.0]]]]),
    )
    expected = (normalised_focal_loss(both, target) + 0.05 * click_loss(both, CLICKS)).mean()
    torch.testing.assert_close(total_loss(both, target, CLICKS), expected)
    weightless = total_loss(both, target, CLICKS, click_weight=0.0)
    torch.testing.assert_close(weightless, normalised_focal_loss(both, target).mean())
