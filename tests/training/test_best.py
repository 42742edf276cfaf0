"""The best weights on disk."""

from __future__ import annotations

import torch
from torch import nn

from zoomiseg.training import Figures, Validation
from zoomiseg.training._best import Best


def network(weight: float) -> nn.Module:
    made = nn.Linear(1, 1)
    nn.init.constant_(made.weight, weight)
    return made


def found(noc85: float) -> Validation:
    return Validation({"val": Figures(4, (1.0, noc85, 20.0), 1, (0.1, 0.2, 0.3, 0.4))}, (), 1.0)


def offered(best: Best, *clicks: float) -> list[bool]:
    return [best.offer(step, found(noc), network(noc)) for step, noc in enumerate(clicks, start=1)]


def test_only_what_is_better_than_all_before_is_kept(tmp_path):
    best = Best(tmp_path, resume=False)
    assert offered(best, 9.0, 9.0, 5.0, 7.0) == [True, False, True, False]
    into = network(0.0)
    assert best.load(into) == (3, found(5.0).figures)
    assert into.weight.item() == 5.0


def test_a_resumed_run_remembers_and_a_new_one_forgets(tmp_path):
    offered(Best(tmp_path, resume=False), 5.0)
    assert offered(Best(tmp_path, resume=True), 6.0) == [False]
    assert offered(Best(tmp_path, resume=False), 6.0) == [True]


def test_without_sets_nothing_is_best(tmp_path):
    best = Best(tmp_path, resume=False)
    assert not best.offer(1, Validation({}, (), 0.0), network(1.0))
    assert best.load(network(0.0)) is None
    assert list(tmp_path.iterdir()) == []


def test_the_file_holds_plain_values_and_tensors_alone(tmp_path):
    offered(Best(tmp_path, resume=False), 5.0)
    held = torch.load(tmp_path / "best.pt", weights_only=True)
    assert (held["step"], held["score"]) == (1, (5.0, -0.3))
