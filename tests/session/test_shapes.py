from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.draw import polygon2mask

from zoomiseg.geometry import Box, Grid, grids_of
from zoomiseg.session import PolygonDrawn, StrokeDrawn
from zoomiseg.session._shapes import mask_of, slide_box_of

# The slide's pixels are not square, and the grids no whole multiples of them.
GRIDS = grids_of(900, 700, (0.4, 0.35))
SMALL = [GRIDS.high, GRIDS.low, GRIDS.at(0.9), GRIDS.slide]
coordinates = st.floats(-50, 950, allow_nan=False).map(lambda value: round(value, 3))
points = st.tuples(coordinates, coordinates)
boxes = st.builds(Box, st.integers(-20, 300), st.integers(-20, 300), st.integers(1, 400), st.integers(1, 400))


def centres(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[: grid.height, : grid.width] + 0.5
    return x * grid.downsample[0], y * grid.downsample[1]


def distances_um(grid: Grid, drawn: StrokeDrawn) -> np.ndarray:
    """Brute force: every pixel centre's distance from every segment, in µm."""
    x, y = centres(grid)
    pixels = np.stack((x, y), axis=-1) * np.array(GRIDS.mpp)
    line = np.array(drawn.points) * np.array(GRIDS.mpp)
    nearest = np.hypot(*(pixels - line[0]).transpose(2, 0, 1))
    for start, end in pairwise(line):
        along = end - start
        length = max(float(along @ along), 1e-12)
        share = np.clip((pixels - start) @ along / length, 0, 1)
        nearest = np.minimum(
            nearest, np.hypot(*(pixels - start - share[..., None] * along).transpose(2, 0, 1))
        )
    return nearest


@settings(max_examples=40, deadline=None)
@given(
    line=st.lists(points, min_size=1, max_size=5), width_um=st.floats(0.3, 120), grid=st.sampled_from(SMALL)
)
def test_a_stroke_is_what_lies_within_half_its_width(line, width_um, grid) -> None:
    drawn = StrokeDrawn(tuple(line), width_um, "add")
    distance = distances_um(grid, drawn)
    clear = np.abs(distance - width_um / 2) > 1e-6
    mask = mask_of(drawn, grid, grid.box)
    assert np.array_equal(mask[clear], (distance <= width_um / 2)[clear])


@settings(max_examples=40, deadline=None)
@given(
    rings=st.lists(st.lists(points, min_size=3, max_size=6), min_size=1, max_size=3),
    grid=st.sampled_from(SMALL),
)
def test_a_polygon_is_what_lies_in_an_odd_number_of_its_rings(rings, grid) -> None:
    drawn = PolygonDrawn(tuple(map(tuple, rings)), "add")
    x, y = centres(grid)
    inside = np.zeros(x.shape, bool)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if y0 == y1:
                continue
            crosses = (y0 <= y) != (y1 <= y)
            inside ^= crosses & (x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x)
    assert (mask_of(drawn, grid, grid.box) != inside).sum() <= 1, "but for a centre on an edge"


def test_a_polygon_agrees_with_scikit_image() -> None:
    ring = ((100.3, 50.7), (420.9, 80.2), (390.1, 500.6), (250.4, 200.8))
    grid = GRIDS.slide
    ours = mask_of(PolygonDrawn((ring,), "add"), grid, grid.box)
    theirs = polygon2mask((grid.height, grid.width), [(y - 0.5, x - 0.5) for x, y in ring])
    assert (ours != theirs).sum() <= 2


@settings(max_examples=40, deadline=None)
@given(line=st.lists(points, min_size=3, max_size=5), box=boxes, grid=st.sampled_from(SMALL))
def test_a_pixel_is_the_same_whatever_box_it_is_cut_from(line, box, grid) -> None:
    for drawn in (StrokeDrawn(tuple(line), 17.0, "add"), PolygonDrawn((tuple(line),), "add")):
        around = Box(-20, -20, 1200, 1200)
        whole = mask_of(drawn, grid, around)
        assert np.array_equal(mask_of(drawn, grid, box), whole[box.slices_in(around)])


@settings(max_examples=40, deadline=None)
@given(line=st.lists(points, min_size=3, max_size=5), grid=st.sampled_from(SMALL))
def test_no_pixel_lies_outside_the_box_of_a_shape(line, grid) -> None:
    for drawn in (StrokeDrawn(tuple(line), 17.0, "add"), PolygonDrawn((tuple(line),), "add")):
        mask = mask_of(drawn, grid, grid.box)
        if (box := slide_box_of(drawn, GRIDS)) is not None:
            mask[(grid.covering(box).intersection(grid.box) or box).slices_in(grid.box)] = False
        assert not mask.any()


def test_a_shape_off_the_slide_touches_nothing() -> None:
    assert slide_box_of(StrokeDrawn(((-40.0, -40.0),), 2.0, "add"), GRIDS) is None
    assert slide_box_of(StrokeDrawn(((-1e300, 5.0),), 2.0, "add"), GRIDS) is None
    assert slide_box_of(StrokeDrawn(((5.0, 5.0), (1e300, 5.0)), 2.0, "add"), GRIDS) == Box(2, 2, 898, 6)


@pytest.mark.parametrize("count", [2, 700])
def test_a_line_of_many_points_is_the_line(count: int) -> None:
    straight = StrokeDrawn(((100.0, 100.0), (500.0, 400.0)), 20.0, "add")
    x, y = np.linspace(100, 500, count), np.linspace(100, 400, count)
    dense = StrokeDrawn(tuple(zip(x.tolist(), y.tolist(), strict=True)), 20.0, "add")
    differing = mask_of(straight, GRIDS.high, GRIDS.high.box) != mask_of(dense, GRIDS.high, GRIDS.high.box)
    assert differing.sum() <= 2
