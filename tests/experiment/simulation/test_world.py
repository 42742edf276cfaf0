from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session.stubs import StubSlide
from zoomiseg.experiment import shrunk
from zoomiseg.experiment.simulation import World
from zoomiseg.experiment.simulation._whole import WholePatches
from zoomiseg.experiment.simulation._world import high_boxes
from zoomiseg.geometry import Box, high_patch_box
from zoomiseg.session import Session, SessionOptions

from .worlds import truth_of, world_of


def nothing(box):
    return np.zeros((box.height, box.width), bool)


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 21_000), st.integers(5, 13_000), st.sampled_from([0.25, 0.45, 0.499, 0.5, 0.61]))
def test_cells_are_disjoint_and_together_the_slide(width, height, mpp):
    world = World(StubSlide(width, height, mpp=mpp), nothing)
    cells = world.cells
    assert len(cells) == len(world.low_frames)
    assert sum(cell.area for cell in cells) == world.slide.grids.high.box.area
    assert not any(a.intersection(b) for i, a in enumerate(cells) for b in cells[:i])


@pytest.mark.parametrize(("width", "height"), [(9000, 5000), (700, 4300), (300, 200)])
def test_the_low_patches_are_those_of_a_session_without_overlap(width, height):
    world = World(StubSlide(width, height, mpp=0.5), nothing)
    from session.stubs import StubPredictors

    session = Session(world.slide, predictors=StubPredictors(), options=SessionOptions(low_stride=1024))
    assert world.low_frames == session.low_patches()


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 21_000), st.integers(5, 13_000), st.sampled_from([0.25, 0.45, 0.499, 0.5, 0.61]))
def test_high_patches_cover_the_slide_without_overlap_where_a_session_opens_them(width, height, mpp):
    slide = StubSlide(width, height, mpp=mpp)
    whole = WholePatches(slide)
    high = slide.grids.high
    boxes = high_boxes(whole.grids)
    assert sum(box.intersection(high.box).area for box in boxes) == high.box.area
    for box in boxes:
        x, y = high.to_slide(box.centre)
        assert x < whole.width or high.width < 1024
        assert y < whole.height or high.height < 1024
        assert high_patch_box(whole.grids.low, (min(x, whole.width - 0.5), min(y, whole.height - 0.5))) == box


def test_beside_the_slide_whole_patches_are_white_and_on_it_they_are_the_slide():
    slide = StubSlide(1500, 900, mpp=0.5)
    whole = WholePatches(slide)
    assert (whole.width, whole.height) == (2048, 900)
    box = Box(1024, 0, 1024, 900)
    pixels = whole.read(box, whole.grids.high)
    np.testing.assert_array_equal(pixels, slide.read(box, slide.grids.high))
    assert (pixels[:, 476:] == 255).all()
    low = whole.read(Box(256, 0, 256, 225), whole.grids.low)
    np.testing.assert_array_equal(low, slide.read(Box(256, 0, 256, 225), slide.grids.low))


def test_the_truth_outside_the_slide_is_nothing_and_at_the_low_scale_the_shrunk_one():
    rng = np.random.default_rng(1)
    truth = rng.random((50, 70)) > 0.6
    world = world_of(truth)
    assert not world.truth_high(Box(-10, -10, 10, 200)).any()
    found = world.truth_high(Box(-10, -5, 100, 60))
    np.testing.assert_array_equal(found[5:55, 10:80], truth)
    assert np.count_nonzero(found) == np.count_nonzero(truth)
    low = world.slide.grids.low
    np.testing.assert_array_equal(world.truth_low(low.box), shrunk(truth, low))
    np.testing.assert_array_equal(world.truth_low(Box(-2, 3, 12, 9))[:, 2:], shrunk(truth, low)[3:12, :10])


def test_a_high_patch_lies_in_the_low_patch_that_holds_its_middle():
    world = world_of(truth_of(9000, 5000))
    assert [
        world.cell_at(Box(x, y, 1024, 1024)) for x, y in ((0, 0), (4096, 0), (3500, 0), (3700, 4096))
    ] == [
        0,
        1,
        0,
        4,
    ]
