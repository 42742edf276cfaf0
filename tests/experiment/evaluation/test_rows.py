from __future__ import annotations

import pytest

from session.stubs import StubPredictors
from zoomiseg.errors import WeightsError
from zoomiseg.experiment import Baseline, GrabCut, known_baselines
from zoomiseg.experiment.evaluation import ROW_NAMES, ordered, rows_named


def never():
    raise AssertionError("these networks are not needed")


def test_rows_come_in_the_tables_order_with_what_they_repeat_before_them():
    assert ordered(["without-l2h", "low-only", "low-only"]) == ["low-only", "zoomiseg", "without-l2h"]
    assert ordered(ROW_NAMES[::-1]) == list(ROW_NAMES)
    assert ordered(["mine", "sam", "other", "mine", "zoomiseg"]) == ["zoomiseg", "sam", "mine", "other"]


def test_each_row_is_clicked_its_own_way_by_its_own_networks():
    usual, other = StubPredictors(name="usual"), StubPredictors(name="other")
    ritm, sam = StubPredictors(name="ritm"), Baseline(name="sam", load=GrabCut)
    rows = rows_named(
        ROW_NAMES,
        load=lambda: usual,
        load_without_click_loss=lambda: other,
        load_ritm_style=lambda: ritm,
        baselines={**known_baselines(), "sam": sam},
    )
    assert [(row.name, row.scheme, row.l2h, row.predictors.name) for row in rows] == [
        ("low-only", "low", True, "usual"),
        ("high-only", "high", True, "usual"),
        ("zoomiseg", "zoom", True, "usual"),
        ("without-l2h", "zoom-again", False, "usual"),
        ("without-click-loss", "zoom", True, "other"),
        ("ritm-style", "low", True, "ritm"),
        ("grabcut", "low", True, "grabcut"),
        ("random-walker", "low", True, "random-walker"),
        ("sam", "low", True, "sam"),
    ]


def test_the_networks_that_a_session_knows_learn_and_no_other_method():
    stub = StubPredictors()
    rows = rows_named(
        ROW_NAMES[:-1],
        load=lambda: stub,
        load_without_click_loss=lambda: stub,
        load_ritm_style=lambda: stub,
        adapt="memory",
    )
    assert [row.adapt for row in rows] == ["memory"] * 5 + ["off"] * 3


def test_networks_that_no_row_needs_are_not_loaded():
    rows_named(["grabcut"], load=never, load_without_click_loss=never)
    rows_named(["without-click-loss"], load=never, load_without_click_loss=StubPredictors)


def test_a_method_of_ones_own_is_clicked_as_low_only_is():
    mine = Baseline(name="mine", load=GrabCut)
    (row,) = rows_named(["mine"], load=never, load_without_click_loss=None, baselines={"mine": mine})
    assert (row.name, row.scheme, row.predictors.name) == ("mine", "low", "mine")
    assert row.predictors.low.longest_px is None


def test_a_row_without_its_networks_is_told():
    with pytest.raises(WeightsError, match="networks that were trained without it"):
        rows_named(["without-click-loss"], load=StubPredictors, load_without_click_loss=None)
    with pytest.raises(WeightsError, match="--ritm-weights"):
        rows_named(["ritm-style"], load=never, load_without_click_loss=None)
    with pytest.raises(WeightsError, match="--sam-checkpoint"):
        rows_named(["sam"], load=never, load_without_click_loss=None)
