"""Algorithm 1 on worlds small enough to work out by hand when it zooms, where, and what is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zoomiseg.experiment.simulation import OPTIONS, Hands, Simulation, ZoomRules, _hands
from zoomiseg.experiment.simulation._given import given_mask
from zoomiseg.geometry import Box, PatchFrame
from zoomiseg.session import Session

from .worlds import deaf, knows, networks, places, simulation_of, truth_of, world_of

# A slide of one low patch, all in low pixels: the truth is a square of 480 x 480, its middle, first in raster
# order, is (299, 299).
SIDE = 600
SQUARE = Box(60, 60, 480, 480)
# Missing in the low network's answer: 14,400 of 230,400 pixels, so that its IoU is 0.9375.
HOLE = Box(420, 240, 120, 120)


def square_world():
    return world_of(truth_of(4 * SIDE, 4 * SIDE, SQUARE.scaled(4)))


def test_a_low_network_that_knows_everything_needs_one_click_and_no_zoom():
    world = square_world()
    simulation, session = simulation_of(world, knows(world), knows(world))
    simulation.low_patch(0, zooming=True)
    (run,) = simulation.runs
    assert places(run, world) == [(299, 299, 1)]
    assert (run.iou_start, run.iou_end, run.actions[0].iou) == (0.0, 1.0, 1.0)
    assert len(session.events) == 1


def test_it_zooms_between_two_near_clicks_once_the_low_mask_is_good_and_settles_there():
    world = square_world()
    simulation, session = simulation_of(world, knows(world, HOLE), knows(world))
    simulation.low_patch(0, zooming=True)
    low, zoom = simulation.runs
    # The second click is the hole's middle, 180 pixels from the first; 0.9375 lies in (0.85, 0.95).
    assert places(low, world) == [(299, 299, 1), (479, 299, 1)]
    assert [action.iou for action in low.actions] == [0.9375, 0.9375]
    # Their midpoint in slide pixels, pixel centres at a half: the patch is centred there, rounded up.
    assert zoom.zoom == (4 * 389.5, 4 * 299.5)
    assert zoom.box == Box(390 - 128, 300 - 128, 256, 256).scaled(4)
    assert (zoom.cell, zoom.after) == (0, 2)
    # There 98 of the hole's columns are missing in the mask that is shown: 392 x 480 high pixels, whose
    # largest disk, first in raster order, is at the top.
    assert zoom.iou_start == pytest.approx(1 - 98 * 120 / 256**2, abs=1e-3)
    ((column, row, label),) = places(zoom, world)
    assert (column, row, label) == (pytest.approx(1680 + 196, abs=2), pytest.approx(960 + 196, abs=2), 1)
    assert zoom.actions[0].iou == zoom.iou_end == 1.0
    assert session.settled == (zoom.box,)
    # What is left of the hole, 22 columns, is all that counts, of the truth less the 256 x 256 settled.
    assert low.iou_end == zoom.low_iou_after == pytest.approx(1 - 22 * 120 / (480**2 - 256**2))


def test_every_count_of_pixels_is_that_of_the_mask_that_the_session_shows():
    world = square_world()
    simulation, session = simulation_of(world, knows(world, HOLE), knows(world))
    simulation.low_patch(0, zooming=True)
    low, zoom = simulation.runs
    missing = [16 * 120 * 120, 16 * 120 * 120, 16 * 22 * 120]
    for action, count in zip([*low.actions, *zoom.actions], missing, strict=True):
        # Cubic enlargement rounds the corners of the square and of the hole by a few pixels.
        assert action.common == pytest.approx(16 * 480**2 - count, abs=100)
        assert action.either == pytest.approx(16 * 480**2, abs=100)
    shown, truth = session.read_mask_high(world.cells[0]), world.truth_high(world.cells[0])
    last = zoom.actions[-1]
    assert (last.common, last.either) == (np.sum(shown & truth), np.sum(shown | truth))


def test_it_does_not_zoom_where_the_mask_is_not_good_enough_and_clicks_are_apart():
    world = square_world()
    hole = Box(340, 80, 190, 190)  # IoU 0.843
    simulation, _ = simulation_of(world, knows(world, hole), knows(world), ZoomRules(noc_max=2))
    simulation.low_patch(0, zooming=True)
    (low,) = simulation.runs
    one, other = places(low, world)
    assert 50 <= math.dist(one[:2], other[:2]) < 250
    assert low.iou_end == pytest.approx(1 - 190**2 / 480**2)
    better = ZoomRules(noc_max=2, q_thr=0.84)
    simulation, _ = simulation_of(world, knows(world, hole), knows(world), better)
    simulation.low_patch(0, zooming=True)
    assert len(simulation.runs) == 2


def test_two_clicks_on_nearly_the_same_place_zoom_whatever_the_quality():
    world = square_world()
    simulation, _ = simulation_of(world, deaf, knows(world), ZoomRules(noc_max=2))
    simulation.low_patch(0, zooming=True)
    low, zoom = simulation.runs
    # The robot never clicks a pixel twice: the next one of the square's middle is beside the first.
    assert places(low, world) == [(299, 299, 1), (300, 299, 1)]
    assert zoom.after == 2
    assert zoom.box == Box(300 - 128, 300 - 128, 256, 256).scaled(4)


def test_what_is_settled_is_no_error_any_more_and_its_clicks_zoom_no_more():
    world = square_world()
    simulation, session = simulation_of(world, deaf, knows(world), ZoomRules(noc_max=4))
    simulation.low_patch(0, zooming=True)
    low, zoom = simulation.runs
    settled = Box(zoom.box.x // 4, zoom.box.y // 4, 256, 256)
    clicks = [place[:2] for place in places(low, world)]
    assert [settled.contains(*click) for click in clicks] == [True, True, False, False]
    # The first two are still next to each other; all other pairs are too far apart to zoom.
    assert math.dist(clicks[0], clicks[1]) == 1
    assert min(math.dist(clicks[2], other) for other in (clicks[0], clicks[1], clicks[3])) >= 50
    assert zoom.low_iou_after == 0.0
    assert session.settled == (zoom.box,)


def test_a_deaf_network_fails_after_its_clicks_and_low_only_never_zooms():
    world = square_world()
    simulation, session = simulation_of(world, deaf, deaf, ZoomRules(noc_max=6))
    simulation.low_patch(0, zooming=False)
    (run,) = simulation.runs
    assert len(run.actions) == 6
    assert run.iou_end == 0.0
    assert session.high_patches == ()


def test_a_zoom_near_the_edge_is_moved_onto_the_slide():
    world = world_of(truth_of(2400, 2400, Box(0, 0, 480, 480)))
    simulation, session = simulation_of(world, deaf, knows(world), ZoomRules(noc_max=2))
    simulation.low_patch(0, zooming=True)
    assert simulation.runs[1].box == Box(0, 0, 1024, 1024)
    assert simulation.runs[0].iou_end == 1.0, "all of the truth is settled"
    assert session.settled == (Box(0, 0, 1024, 1024),)


def test_a_zoom_settles_what_it_covers_of_the_neighbour_too():
    # The square lies across the border of two low patches.
    world = world_of(truth_of(4960, 1200, Box(3600, 100, 960, 960)))
    simulation, _ = simulation_of(world, deaf, knows(world), ZoomRules(noc_max=2))
    for number in (0, 1):
        simulation.low_patch(number, zooming=True)
    left, zoom, right, *_ = simulation.runs
    assert zoom.box.right > 4096
    assert all(column >= zoom.box.right // 4 for column, _, _ in places(right, world))
    assert left.cell == zoom.cell == 0
    assert right.cell == 1


def test_a_zoom_where_the_shown_mask_is_good_already_costs_no_click():
    # After the first zoom a second one, over the settled part, shows nothing wrong any more.
    world = square_world()
    simulation, session = simulation_of(world, knows(world, HOLE), knows(world))
    work = simulation._low_work(0)
    work.act()
    for _ in range(2):
        simulation._zoom(work, (4 * 470.0, 4 * 300.0))
    _, first, again = simulation.runs
    assert len(first.actions) == 1
    assert (again.actions, again.iou_start, again.iou_end) == ([], 1.0, 1.0)
    assert len(session.settled) == 2


def test_the_printed_algorithm_settles_nothing_and_counts_every_zoom():
    world = square_world()
    rules = ZoomRules(literal=True, first_look="given", noc_max=4)
    simulation, session = simulation_of(world, deaf, deaf, rules)
    simulation.low_patch(0, zooming=True)
    low, *zooms = simulation.runs
    assert [zoom.after for zoom in zooms] == [2, 3, 4]
    assert [len(zoom.actions) for zoom in zooms] == [4] * 3
    assert len({zoom.zoom for zoom in zooms}) == 1, "the same pair zooms again and again"
    assert session.settled == ()
    assert len(low.actions) == 4


def test_the_printed_algorithm_goes_on_while_anything_is_wrong():
    world = square_world()
    rules = ZoomRules(literal=True, noc_max=3)
    simulation, _ = simulation_of(world, knows(world, Box(60, 60, 40, 40)), deaf, rules)
    simulation.low_patch(0, zooming=True)
    assert simulation.runs[0].actions[0].iou > 0.95
    assert len(simulation.runs[0].actions) == 3


def test_the_high_network_gets_the_low_mask_first_and_then_its_own():
    world = square_world()
    simulation, session = simulation_of(world, knows(world, HOLE), deaf, ZoomRules(noc_max=2))
    simulation.low_patch(0, zooming=True)
    (box, clicks, first), (again, more, second) = session.predictors.high.asked
    assert box == again == simulation.runs[1].box
    assert [len(each) for each in (clicks, more)] == [1, 2]
    assert first.mean() > 0.5
    assert not second.any()


def test_the_given_mask_is_what_the_network_is_given():
    # Across two low patches and at the slide's corner, so that all borders are met.
    world = world_of(truth_of(4960, 1200, Box(3600, 100, 1360, 960)))
    simulation, session = simulation_of(world, knows(world), deaf)
    for number in (0, 1):
        simulation.low_patch(number, zooming=False)
    for x, y in ((3900, 700), (4900, 1100)):
        session.zoom(x=x, y=y)
        box = session.high_patches[-1].frame.box
        expected = given_mask(session, PatchFrame(world.slide.grids.high, box))
        session.click(x=x, y=y, label=1, scale="high")
        np.testing.assert_array_equal(session.predictors.high.asked[-1][2] >= 0.5, expected)
        assert expected.any()


@pytest.mark.parametrize(("look", "start"), [("shown", 1.0), ("given", 0.0)])
def test_the_first_high_click_answers_what_is_shown_or_what_is_given(look, start):
    # A second zoom over a settled one: shown is the settled mask, given is the deaf low network's.
    world = square_world()
    simulation, _ = simulation_of(world, deaf, knows(world), ZoomRules(first_look=look))
    work = simulation._low_work(0)
    for _ in range(2):
        simulation._zoom(work, (1200.0, 1200.0))
    _, first, second = simulation.runs
    assert (first.iou_start, second.iou_start) == (0.0, start)


def test_a_high_patch_by_itself_is_clicked_without_any_first_mask():
    world = square_world()
    simulation, session = simulation_of(world, deaf, knows(world))
    simulation.high_patch(Box(1024, 1024, 1024, 1024))
    (run,) = simulation.runs
    assert (run.scale, run.cell, run.zoom, len(run.actions)) == ("high", 0, None, 1)
    assert (run.iou_start, run.iou_end) == (0.0, 1.0)
    assert session.predictors.high.asked[0][2] is None
    assert (run.actions[0].common, run.actions[0].either) == (1024**2, 1024**2)


def test_a_mistaken_click_is_undone_at_once_and_both_are_counted(monkeypatch):
    monkeypatch.setattr(_hands, "WRONG_LABEL", 1.0)
    world = square_world()
    rules, hands = ZoomRules(noc_max=5), Hands("human", 1)
    simulation, session = simulation_of(world, deaf, knows(world), rules, hands)
    simulation.low_patch(0, zooming=True)
    (run,) = simulation.runs
    # Five actions: two mistakes, two undos, and a click without room for another mistake.
    assert [action.kind for action in run.actions] == ["click", "undo", "click", "undo", "click"]
    assert [action.label for action in run.actions] == [-1, -1, -1, -1, 1]
    assert len(session.clicks()) == 1


def test_a_mistake_on_the_first_click_of_a_zoom_shows_the_low_mask_again(monkeypatch):
    world = square_world()
    rules, hands = ZoomRules(noc_max=4), Hands("human", 1)
    simulation, session = simulation_of(world, knows(world, HOLE), deaf, rules, hands)
    work = simulation._low_work(0)
    work.act()
    monkeypatch.setattr(_hands, "WRONG_LABEL", 1.0)
    region = work.region
    simulation._zoom(work, (4 * 389.5, 4 * 299.5))
    zoom = simulation.runs[-1]
    assert [action.kind for action in zoom.actions] == ["click", "undo"] * 2
    assert zoom.actions[0].iou == 0.0
    assert zoom.actions[1].iou == zoom.iou_start > 0.5
    assert (zoom.actions[1].common, zoom.actions[1].either) == (region.common, region.either)
    assert not session.high_patches[0].predicted


def test_a_pair_further_apart_than_a_high_patch_is_wide_zooms_only_once():
    world = square_world()
    hole = Box(430, 430, 110, 110)
    rules = ZoomRules(d_thr_px=400, q_max=0.99, noc_max=3)
    simulation, _ = simulation_of(world, knows(world, hole), knows(world), rules)
    simulation.low_patch(0, zooming=True)
    low, first, *others = simulation.runs
    one, other, _ = places(low, world)
    assert math.dist(one[:2], other[:2]) == pytest.approx(math.hypot(185, 185), abs=2)
    assert first.after == 2
    assert first.zoom not in [zoom.zoom for zoom in others]


def test_networks_are_asked_only_for_clicks():
    world = square_world()
    pair = networks(knows(world, HOLE), knows(world))
    session = Session(world.slide, predictors=pair, options=OPTIONS)
    Simulation(world, session, ZoomRules(), Hands()).low_patch(0, zooming=True)
    assert (len(pair.low.asked), len(pair.high.asked)) == (2, 1)
