"""The average of the weights against its definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.training._average import Average


class Holder(nn.Module):
    """One weight, one running mean and one count."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([5.0]))
        self.register_buffer("mean", torch.tensor([7.0]))
        self.register_buffer("count", torch.tensor(0))


def followed(decay: float, steps: int) -> tuple[Average, list[float]]:
    network = Holder()
    average = Average(network, decay=decay)
    values = [float(value) for value in np.random.default_rng(3).normal(size=steps)]
    for step, value in enumerate(values, start=1):
        network.weight.data[:] = value
        network.mean[:] = 2 * value
        network.count += 1
        average.update(step)
    return average, values


@pytest.mark.parametrize(("decay", "steps"), [(0.9, 300), (0.998, 40)])
def test_weights_and_running_means_decay_with_a_warm_up(decay, steps):
    average, values = followed(decay, steps)
    weight, mean = 5.0, 7.0
    for step, value in enumerate(values, start=1):
        kept = min(decay, (1 + step) / (10 + step))
        weight, mean = kept * weight + (1 - kept) * value, kept * mean + (1 - kept) * 2 * value
    assert average.network.weight.item() == pytest.approx(weight, rel=1e-4)
    assert average.network.mean.item() == pytest.approx(mean, rel=1e-4)


def test_counts_are_copied():
    assert followed(0.9, 12)[0].network.count.item() == 12


def test_after_a_thousand_steps_nothing_is_left_of_the_first_weights():
    network = Holder()
    average = Average(network, decay=0.998)
    network.weight.data[:] = 0.0
    for step in range(1, 1001):
        average.update(step)
    assert abs(average.network.weight.item()) < 1e-3


def test_without_decay_it_is_the_network_itself():
    network = Holder()
    average = Average(network, decay=0.0)
    average.update(1)
    assert average.network is network


def test_the_followed_network_keeps_learning_and_the_average_takes_no_gradient():
    network = Holder()
    average = Average(network, decay=0.9)
    assert network.weight.requires_grad
    assert not average.network.weight.requires_grad
    assert network.training
    assert not average.network.training
