from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.geometry import Box, grids_of
from zoomiseg.session._journal import Journal
from zoomiseg.session._layers import Layer
from zoomiseg.session._overlays import Overlays
from zoomiseg.session._patches import HighPatch, Settled

GRID = grids_of(20_000, 20_000, (0.5, 0.5)).high


def overlays(*, margin_px: int = 64) -> Overlays:
    journal = Journal()
    journal.begin()
    return Overlays(GRID, margin_px=margin_px, journal=journal)


def patch(n: int, x: int, y: int, *, predicted: bool = True) -> HighPatch:
    box = Box(x, y, 1024, 1024)
    layer = Layer(f"layer-{n}", "high", box, (), None) if predicted else None
    return HighPatch(n, "t", box, (n, 0, 0), layer=layer)


def region(n: int, box: Box) -> Settled:
    return Settled(n, f"op-{n}", "t", box, ())


boxes = st.builds(
    Box, st.integers(0, 18_000), st.integers(0, 18_000), st.integers(1, 15_000), st.integers(1, 15_000)
)


@given(settled=st.lists(boxes, max_size=8), wanted=boxes, removed=st.integers(0, 7))
def test_overlays_are_found_by_place_from_the_lowest_up(settled, wanted, removed) -> None:
    found = overlays()
    regions = [region(n, box) for n, box in enumerate(settled, start=1)]
    for each in regions:
        found.put(each)
    if removed < len(regions):
        found.remove(regions.pop(removed))
    assert found.over("t", wanted) == [each for each in regions if each.box.intersection(wanted)]
    assert found.over("other", wanted) == []
    assert found.settled() == regions


def test_a_click_goes_to_the_newest_patch_that_holds_it_with_a_margin() -> None:
    found = overlays()
    first, second = patch(1, 4000, 4000), patch(2, 4400, 4000)
    found.put(first)
    found.put(second)
    assert found.patch_for("t", 4500, 4500) is second
    assert found.patch_for("t", 4464, 4500) is second
    assert found.patch_for("t", 4463, 4500) is None, "the first holds it, but the second hides it there"
    assert found.patch_for("t", 4399, 4500) is first
    assert found.patch_for("t", 4063, 4500) is None
    assert found.patch_for("other", 4500, 4500) is None


def test_a_patch_without_a_prediction_hides_nothing() -> None:
    found = overlays()
    first = patch(1, 4000, 4000)
    found.put(first)
    found.put(patch(2, 4400, 4000, predicted=False))
    assert found.patch_for("t", 4463, 4500) is first


@pytest.mark.parametrize(
    ("x", "y", "pixel"),
    [
        (0, 4000, (0, 4500)),
        (4000, 0, (4500, 0)),
        (20_000 - 1024, 4000, (19_999, 4500)),
        (4000, 20_000 - 1024, (4500, 19_999)),
    ],
)
def test_the_margin_does_not_count_at_the_slides_edge(x: int, y: int, pixel: tuple[int, int]) -> None:
    found = overlays()
    found.put(patch(1, x, y))
    assert found.patch_for("t", *pixel) is not None


def test_without_a_margin_the_whole_patch_takes_clicks() -> None:
    found = overlays(margin_px=0)
    found.put(patch(1, 4000, 4000))
    assert found.patch_for("t", 4000, 4000) is not None
    assert found.patch_for("t", 3999, 4000) is None


def test_a_click_lifts_a_patch_above_the_settled_regions_on_it_and_no_further() -> None:
    found = overlays()
    first, later = patch(1, 4000, 4000), patch(3, 4200, 4000)
    settled = region(2, Box(4400, 4400, 100, 100))
    for each in (first, settled, later):
        found.put(each)
    assert found.raised(first) == (2, 1, 0)
    found.put(replace(first, z=(2, 1, 0)))
    assert found.over("t", Box(4400, 4400, 4, 4)) == [settled, found.items.get((1, 0)), later]
    assert found.raised(later) == later.z


def test_among_lifted_patches_the_later_opened_stays_above() -> None:
    found = overlays()
    first, second = patch(1, 4000, 4000), patch(2, 4200, 4000)
    for each in (first, second, region(3, Box(3000, 3000, 4000, 4000))):
        found.put(each)
    found.put(replace(second, z=found.raised(second)))
    assert found.raised(first) < found.raised(second)
    assert found.patch_for("t", 4230, 4500) is None, "the second would hide it"


def test_a_patch_is_settled_once_one_region_above_it_covers_it() -> None:
    found = overlays()
    first = patch(2, 4000, 4000)
    found.put(first)
    found.put(region(1, Box(3000, 3000, 4000, 4000)))
    assert not found.is_settled(first), "the region is older than the patch"
    found.put(region(3, Box(4000, 4000, 1024, 1020)))
    assert not found.is_settled(first)
    found.put(region(4, first.box))
    assert found.is_settled(first)
