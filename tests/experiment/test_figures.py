"""The figures of an evaluation from results known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import ManifestError
from zoomiseg.experiment import Curve, Flips, PatchResult, bootstrap_interval, patch_figures

QUICK = Curve(
    ious=(0.5, 0.82, 0.95),
    points=(),
    obeyed=(1.0, 1.0, 1.0),
    obeyed_newest=(True, True, True),
    flips=(Flips(10, 1, 4), Flips(0, 0, 0)),
)
STUCK = Curve(
    ious=(0.6, *[0.84] * 19),
    points=(),
    obeyed=(0.5,) * 20,
    obeyed_newest=(True, *[False] * 19),
    flips=(Flips(100, 30, 20),) * 19,
)
RESULTS = (
    PatchResult("quick", 0.25, QUICK, 0.35, {"grabcut": (0.2, 0.81, 0.9)}),
    PatchResult("full", 0.99),
    PatchResult("stuck", 0.35, STUCK),
)


def test_figures_are_those_of_the_curves():
    figures = patch_figures(RESULTS)
    assert figures.pop("noc85_ci") == [3, 20]
    intervals = figures.pop("iou_at_ci")
    assert intervals.keys() == {"1", "3", "5", "10"}
    assert intervals["1"] == pytest.approx([0.5, 0.6])
    assert intervals["10"] == pytest.approx([0.84, 0.95])
    quick = {
        "noc80": 2.0,
        "noc85": 3.0,
        "noc90": 3.0,
        "failures": {"80": 0, "85": 0, "90": 0},
        "failure_share": {"80": 0, "85": 0, "90": 0},
        "iou_at": {"1": 0.5, "3": 0.95, "5": 0.95, "10": 0.95},
        "images": 1,
    }
    cut = {"iou_at": {"1": 0.2, "3": 0.9, "5": 0.9, "10": 0.9}}
    assert figures == {
        "noc80": 2.0,
        "noc85": (3 + 20) / 2,
        "noc90": (3 + 20) / 2,
        "failures": {"80": 0, "85": 1, "90": 1},
        "failure_share": {"80": 0, "85": 0.5, "90": 0.5},
        "iou_at": pytest.approx({"1": 0.55, "3": 0.895, "5": 0.895, "10": 0.895}),
        "obeyed": pytest.approx((3 * 1 + 20 * 0.5) / 23),
        "obeyed_newest": pytest.approx(4 / 23),
        "iou_at_20": pytest.approx((0.95 + STUCK.ious[19]) / 2),
        "noc85_by_order": [3.0, 20.0],
        "images": 2,
        "images_apart": 1,
        "all_foreground_iou": pytest.approx(0.3),
        "shuffled": {"images": 1, "iou": 0.35, "iou_with_own_labels": 0.95},
        "far": {
            "clicks": 20,
            "right_to_wrong": pytest.approx((0.1 + 19 * 0.3) / 20),
            "wrong_to_right": pytest.approx((0.4 + 19 * 0.2) / 20),
        },
        "baselines": {"network": quick, "grabcut": quick | cut},
    }


def test_clicks_are_told_by_quarters_in_the_order_of_clicking():
    lone = {count: Curve((0.1,) * (count - 1) + (0.9,), (), (1.0,), (True,)) for count in range(1, 10)}
    figures = patch_figures([PatchResult(str(count), 0.5, lone[count]) for count in range(9, 0, -1)])
    assert figures["noc85_by_order"] == [8.0, 5.5, 3.5, 1.5]


def test_what_was_not_measured_is_not_told():
    lone = Curve(ious=(0.9,), points=((1, 1, 1),), obeyed=(1.0,), obeyed_newest=(True,))
    figures = patch_figures([PatchResult("a", 0.5, lone)])
    assert figures["shuffled"] == {"images": 0, "iou": None, "iou_with_own_labels": None}
    assert figures["far"] == {"clicks": 0, "right_to_wrong": None, "wrong_to_right": None}
    assert "baselines" not in figures


def test_nothing_to_measure_is_an_error():
    with pytest.raises(ManifestError, match=r"^None of the 1 images has between 2% and 98% foreground\.$"):
        patch_figures([PatchResult("a", 0.0)])


def test_the_interval_is_that_of_a_means_normal_distribution():
    values = np.random.default_rng(1).normal(10, 3, 400)
    low, high = bootstrap_interval(values.tolist())
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


def test_the_interval_is_decided_by_its_seed():
    values = np.random.default_rng(2).random(50).tolist()
    first, again, other = (bootstrap_interval(values, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
