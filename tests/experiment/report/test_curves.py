from __future__ import annotations

import pytest

from zoomiseg.experiment.metrics import Overlap
from zoomiseg.experiment.report._curves import patch_curve, slide_curve
from zoomiseg.experiment.simulation import Action, PatchRun
from zoomiseg.geometry import Box

from ..evaluation.runs import run


def patch(scale, *counts, cell=0, **more):
    """A patch with a click for each (common, either)."""
    actions = [Action("click", 1.0, 1.0, 1, 0.5, *each) for each in counts]
    return PatchRun(scale, Box(0, 0, 1024, 1024), cell, actions=actions, **more)


def test_a_patchs_curve_is_the_mean_over_patches_and_finished_ones_keep_their_last():
    made = run(
        patch("low", (50, 100), (90, 100)), patch("low", (30, 60), cell=1), cells=[Overlap(0, 0, 9)] * 2
    )
    assert patch_curve([made], most=3) == [
        (0, 0.0),
        (1, pytest.approx((0.5 + 0.5) / 2)),
        (2, pytest.approx((0.9 + 0.5) / 2)),
        (3, pytest.approx((0.9 + 0.5) / 2)),
    ]


def test_clicks_of_a_zoom_follow_the_low_click_that_opened_it():
    zoom = patch("high", (70, 100), (80, 100), zoom=(0.0, 0.0), after=1)
    made = run(patch("low", (50, 100), (85, 100)), zoom, cells=(Overlap(85, 85, 100),))
    assert [round(value, 3) for _, value in patch_curve([made], most=5)] == [0, 0.5, 0.7, 0.8, 0.85, 0.85]


def test_slides_are_pooled_over_their_patches_and_then_averaged():
    cells = (Overlap(90, 90, 100), Overlap(30, 40, 50), Overlap(0, 0, 40))
    made = run(patch("low", (50, 100), (90, 100)), patch("low", (30, 60), cell=1), cells=cells)
    other = run(patch("low", (10, 20)), cells=(Overlap(10, 20, 10),))
    assert slide_curve([made, other]) == [
        (3, pytest.approx(((50 + 30) / (100 + 60 + 40) + 0.5) / 2)),
        (4, pytest.approx(((90 + 30) / (100 + 60 + 40) + 0.5) / 2)),
    ]


def test_the_last_point_is_what_the_table_says():
    made = run(patch("high", (50, 100)), patch("high", (5, 10), (9, 10)), cells=(Overlap(60, 70, 100),))
    assert slide_curve([made])[-1] == (3, Overlap(60, 70, 100).iou)


def test_high_patches_count_by_themselves_where_no_low_patch_was_clicked():
    made = run(patch("high", (50, 100)), patch("high", (5, 10), (9, 10)), cells=(Overlap(59, 59, 110),))
    assert [value for _, value in patch_curve([made], most=2)] == [0, 0.5, pytest.approx(0.7)]
    assert slide_curve([made])[0] == (2, 55 / 110)


def test_a_row_without_any_patch_has_no_curve_of_patches():
    assert patch_curve([run(cells=(Overlap(),))], most=3) == []
    assert slide_curve([run(cells=(Overlap(),))]) == [(0, 1.0)]
