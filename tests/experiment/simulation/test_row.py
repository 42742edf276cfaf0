"""Whole rows: which patches are clicked, what a paired row repeats, and what is measured in the end."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment.simulation import Hands, Row, ZoomRules, _row, click_slide, zooms_of
from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors

from .worlds import deaf, knows, missed, places, row, truth_of, world_of

# Three low patches in a row, the last one without tumour; lower than a patch, and no whole number of patches.
SLIDE = (8400, 1300)
BOXES = Box(300, 100, 1600, 1100), Box(4196, 100, 400, 1100)
HOLE = Box(330, 140, 90, 90)  # in low pixels


def world():
    return world_of(truth_of(*SLIDE, *BOXES))


def run(scheme, low, high, here, *, l2h=True, recorded=None, rules=None, hands=None):
    made = row(scheme, low, high, l2h=l2h)
    done = click_slide(made, here, rules or ZoomRules(), hands or Hands(), recorded=recorded)
    return done, made.predictors


def test_low_only_clicks_the_low_patches_that_have_any_tumour():
    here = world()
    done, _ = run("low", knows(here), deaf, here)
    assert [(patch.scale, patch.cell, len(patch.actions)) for patch in done.patches] == [
        ("low", 0, 1),
        ("low", 1, 1),
    ]
    assert done.measure.overlap.iou > 0.9999
    assert [cell.true > 0 for cell in done.measure.cells] == [True, True, False]


def test_high_only_clicks_the_high_patches_that_have_any_tumour_and_nothing_outside_the_slide():
    here = world()
    done, pair = run("high", deaf, knows(here), here)
    truth = truth_of(*SLIDE, *BOXES)
    expected = [
        Box(x, y, 1024, 1024)
        for y in range(0, 1300, 1024)
        for x in range(0, 8400, 1024)
        if truth[y : y + 1024, x : x + 1024].any()
    ]
    assert [patch.box for patch in done.patches] == expected
    assert [box for box, _, _ in pair.high.asked] == expected
    assert all(mask is None for _, _, mask in pair.high.asked)
    assert done.measure.overlap.iou == 1.0
    assert pair.low.asked == []


def test_what_a_high_network_spills_outside_the_slide_is_neither_clicked_nor_counted():
    here = world_of(truth_of(1500, 1024, Box(1100, 100, 400, 800)))

    def spills(frame, clicks):
        seen = knows(here)(frame, clicks)
        seen[:, 1500 - 1024 :] = True
        return seen

    done, _ = run("high", deaf, spills, here)
    assert [len(patch.actions) for patch in done.patches] == [1]
    assert done.measure.overlap.iou == 1.0
    assert done.patches[0].actions[0].either == 400 * 800


def test_a_slide_smaller_than_a_patch_is_clicked_at_both_scales():
    here = world_of(truth_of(700, 500, Box(100, 100, 400, 300)))
    for scheme in ("low", "high", "zoom"):
        done, _ = run(scheme, knows(here), knows(here), here)
        assert [len(patch.actions) for patch in done.patches] == [1]
        assert done.measure.overlap.iou == pytest.approx(1.0, abs=1e-3)


def test_zoomiseg_measures_what_its_zooms_have_mended():
    here = world()
    low_only, _ = run("low", knows(here, HOLE), deaf, here, rules=ZoomRules(noc_max=3))
    zoomed, _ = run("zoom", knows(here, HOLE), knows(here), here)
    zooms = [patch for patch in zoomed.patches if patch.zoom]
    assert zooms
    assert missed(low_only.measure) == pytest.approx(HOLE.scaled(4).area, abs=50)
    left = HOLE.scaled(4).area - zooms[0].box.intersection(HOLE.scaled(4)).area
    assert len(zooms) == 1
    assert missed(zoomed.measure) == pytest.approx(left, abs=50)


def test_the_last_count_of_a_patch_is_its_regions_measure():
    here = world()
    done, _ = run("zoom", knows(here, HOLE), knows(here), here)
    lows = [patch for patch in done.patches if patch.scale == "low"]
    for low in lows:
        last = [low, *zooms_of(done.patches, low)][-1].actions[-1]
        cell = done.measure.cells[low.cell]
        assert (last.common, last.either) == (cell.common, cell.either)


def test_without_l2h_repeats_the_low_clicks_and_zooms_and_gives_no_low_mask():
    here = world()

    def slow(frame, clicks):
        return knows(here)(frame, clicks) if clicks >= 2 else deaf(frame, clicks)

    first, pair = run("zoom", knows(here, HOLE), slow, here)
    again, without = run("zoom-again", knows(here, HOLE), slow, here, l2h=False, recorded=first)
    assert [(patch.scale, patch.box, patch.zoom, patch.after) for patch in again.patches] == [
        (patch.scale, patch.box, patch.zoom, patch.after) for patch in first.patches
    ]
    for one, other in zip(first.patches, again.patches, strict=True):
        if one.scale == "low":
            assert [(a.kind, a.x, a.y, a.label, a.iou) for a in one.actions] == [
                (a.kind, a.x, a.y, a.label, a.iou) for a in other.actions
            ]
            assert one.iou_end == other.iou_end
    assert pair.high.asked[0][2] is not None
    assert without.high.asked[0][2] is None
    assert [box for box, _, _ in pair.low.asked] == [box for box, _, _ in without.low.asked]


def test_a_human_is_repeated_with_his_mistakes():
    here, hands = world(), Hands("human", 4)
    first, _ = run("zoom", knows(here, HOLE), knows(here), here, hands=hands)
    again, _ = run("zoom-again", knows(here, HOLE), knows(here), here, recorded=first, hands=hands)
    assert [patch.actions for patch in again.patches] == [patch.actions for patch in first.patches]
    assert again.measure == first.measure


def test_the_same_seed_makes_the_same_run_and_another_slide_another():
    few, hands = ZoomRules(noc_max=3), Hands("jittered", 1)
    runs = [
        run("zoom", deaf, deaf, world_of(truth_of(*SLIDE, *BOXES), number=number), rules=few, hands=hands)[0]
        for number in (0, 0, 1)
    ]
    assert runs[0].patches == runs[1].patches
    assert runs[0].patches[0].actions != runs[2].patches[0].actions


def test_only_zooming_is_literal():
    here = world()
    for scheme in ("low", "high"):
        done, _ = run(scheme, knows(here), knows(here), here, rules=ZoomRules(literal=True))
        assert all(len(patch.actions) == 1 for patch in done.patches)


def test_time_is_told_apart_and_progress_rises_to_one():
    here, shares = world(), []
    done = click_slide(row("low", deaf, deaf), here, ZoomRules(noc_max=3), Hands(), report=shares.append)
    assert 0 < done.seconds_network < done.seconds
    assert 0 < done.seconds_robot < done.seconds
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_slide_too_large_for_memory_keeps_its_predictions_on_disk(monkeypatch):
    here = world()
    held, _ = run("zoom", knows(here, HOLE), knows(here), here)
    monkeypatch.setattr(_row, "_HELD_PIXELS", 100)
    on_disk, _ = run("zoom", knows(here, HOLE), knows(here), here)
    assert on_disk.patches == held.patches
    assert on_disk.measure == held.measure


def test_every_patch_clicks_only_inside_itself():
    here = world()
    done, _ = run("zoom", deaf, deaf, here, rules=ZoomRules(noc_max=3))
    for patch in done.patches:
        pixels = places(patch, here)
        assert len(set(pixels)) == len(pixels), "never twice on the same pixel"
        assert all(patch.box.contains(column, row) for column, row, _ in pixels)
        assert np.isfinite([action.iou for action in patch.actions]).all()


def test_a_patch_of_a_row_that_remembers_is_told_of_earlier_patches():
    here, compact = world(), load_predictors("compact")
    rules = ZoomRules(noc_max=1)
    alone, told = (
        click_slide(Row(name="low-only", scheme="low", predictors=compact, adapt=adapt), here, rules, Hands())
        for adapt in ("off", "memory")
    )
    first, second = zip(alone.patches, told.patches, strict=True)
    assert [each.iou for each in first[1].actions] == pytest.approx([each.iou for each in first[0].actions])
    assert [each.iou for each in second[1].actions] != pytest.approx([each.iou for each in second[0].actions])
