from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.adapt import Adaptation
from zoomiseg.geometry import Box, Click, PatchFrame, grids_of
from zoomiseg.session._journal import Journal
from zoomiseg.session._layers import LayerNames
from zoomiseg.session._learning import Learning
from zoomiseg.session._low import LowPatches
from zoomiseg.session._overlays import Overlays
from zoomiseg.session._patches import PlacedClick

from .stubs import StubPredictor

NAMES = LayerNames(StubPredictor("low"), StubPredictor("high"), slide={})


def patches(width: int, height: int, *, stride: int = 768) -> LowPatches:
    journal = Journal()
    journal.begin()
    grid = grids_of(width * 4, height * 4, (0.5, 0.5)).low
    return LowPatches(
        grid,
        stride=stride,
        names=NAMES,
        journal=journal,
        learning=Learning(Adaptation(), journal),
        overlays=Overlays(grid, margin_px=64, journal=journal),
    )


points = st.tuples(st.integers(0, 2599), st.integers(0, 1199))


@given(clicks=st.lists(points, min_size=1, max_size=12), width=st.sampled_from([700, 1024, 1100, 1900, 2600]))
def test_a_click_goes_to_the_nearest_patch_which_sees_all_clicks_inside_it(clicks, width) -> None:
    low = patches(width, 1200)
    boxes = [frame.box for frame in low.frames()]
    made: list[Click] = []
    for n, (x, y) in enumerate(clicks, start=1):
        u, v = min(x, width - 1) + 0.5, y + 0.5
        made.append(Click(u * 4, v * 4, 1))
        low.click("t", [PlacedClick(n, made[-1])], together=False)
        nearest = min(
            boxes, key=lambda box: ((box.centre[0] - u) ** 2 + (box.centre[1] - v) ** 2, box.y, box.x)
        )
        patch = low.at("t", nearest)
        assert patch is not None
        assert patch.edited == n
        frame = PatchFrame(low.frames()[0].grid, nearest)
        assert patch.layer.clicks == tuple(click for click in made if frame.holds(click))


def test_a_second_click_is_fed_the_patchs_own_layer_and_leaves_its_neighbours_alone() -> None:
    low = patches(2600, 1000)
    low.click("t", [PlacedClick(1, Click(400, 400, 1))], together=False)
    first = low.under("t", Box(0, 0, 10, 10))[0]
    low.click("t", [PlacedClick(2, Click(3600, 400, -1))], together=False)
    low.click("t", [PlacedClick(3, Click(500, 400, -1))], together=False)
    left, middle = low.under("t", Box(0, 0, 2600, 1000))
    assert first.layer.source is None
    assert left.layer.source is first.layer
    assert left.layer.clicks == (Click(400, 400, 1), Click(3600, 400, -1), Click(500, 400, -1))
    assert middle.layer.clicks == (Click(3600, 400, -1),)
    assert middle.layer.source is None


def test_classes_do_not_see_each_others_clicks() -> None:
    low = patches(1000, 1000)
    low.click("a", [PlacedClick(1, Click(400, 400, 1))], together=False)
    low.click("b", [PlacedClick(2, Click(500, 400, 1))], together=False)
    assert low.under("b", Box(0, 0, 9, 9))[0].layer.clicks == (Click(500, 400, 1),)


@given(x=st.integers(-300, 2700), y=st.integers(-300, 2700), size=st.sampled_from([1, 300, 3000]))
def test_the_patches_under_a_box_are_those_that_share_a_pixel_with_it(x, y, size) -> None:
    low = patches(2600, 2600)
    for n, frame in enumerate(low.frames()[::2], start=1):
        cx, cy = frame.box.centre
        low.click("t", [PlacedClick(n, Click(cx * 4, cy * 4, 1))], together=False)
    box = Box(x, y, size, size)
    clicked = [frame.box for frame in low.frames()[::2]]
    assert [patch.box for patch in low.under("t", box)] == [
        each for each in clicked if each.intersection(box)
    ]


def test_only_clicked_patches_are_found_by_their_box() -> None:
    low = patches(2600, 1000)
    low.click("t", [PlacedClick(1, Click(400, 400, 1))], together=False)
    assert low.at("t", low.frames()[0].box) is not None
    assert low.at("t", low.frames()[1].box) is None
    assert low.at("t", low.frames()[0].box.translated(1, 0)) is None


@pytest.mark.parametrize(("stride", "last"), [(768, 1576), (1024, 2048)])
def test_the_last_patch_lies_inside_unless_patches_are_not_to_overlap(stride: int, last: int) -> None:
    assert patches(2600, 1000, stride=stride).frames()[-1].box.x == last


def test_low_clicks_in_a_high_patch_are_found_in_order() -> None:
    low = patches(2600, 1000)
    places = [(3000, 1000), (3300, 1100), (5000, 1000), (3010, 1000)]
    for n, (x, y) in enumerate(places, start=1):
        low.click("t", [PlacedClick(n, Click(x, y, 1))], together=False)
    high = grids_of(2600 * 4, 4000, (0.5, 0.5)).high
    frame = PatchFrame(high, Box(2800, 600, 1024, 1024))
    assert [placed.n for placed in low.clicks_inside("t", frame)] == [1, 2, 4]


def test_the_hundredth_click_looks_at_no_more_clicks_than_the_first(monkeypatch) -> None:
    asked: list[Click] = []
    holds = PatchFrame.holds
    monkeypatch.setattr(PatchFrame, "holds", lambda frame, click: asked.append(click) or holds(frame, click))
    low, counts = patches(2600, 1200), []
    for n in range(1, 101):
        asked.clear()
        low.click("t", [PlacedClick(n, Click(5000, 2000, 1))], together=False)
        counts.append(len(asked))
    assert set(counts) == {counts[0]}
    assert 1 <= counts[0] <= 25


def test_clicks_of_one_event_are_seen_in_the_order_of_the_patches_that_took_them() -> None:
    low = patches(2600, 1000)
    right, left = Click(3600, 400, 1), Click(3000, 400, 1)
    low.click("t", [PlacedClick(1, right), PlacedClick(1, left)], together=False)
    first, _ = low.under("t", Box(0, 0, 2600, 1000))
    assert first.clicks == (PlacedClick(1, left),)
    # What the event itself shows is in the order in which it was drawn.
    assert first.layer.clicks == (right, left)
    last = Click(2900, 400, -1)
    low.click("t", [PlacedClick(2, last)], together=False)
    assert low.under("t", Box(0, 0, 2600, 1000))[0].layer.clicks == (left, right, last)
