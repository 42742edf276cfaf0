from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.annotations import Area, AreaMask
from zoomiseg.geometry import Box, Grid

GRID = Grid((2.0, 2.0), 40, 30, (0.5, 0.5))
SQUARE = [(10, 10), (50, 10), (50, 40), (10, 40)]


def area(*rings, winds=True, cut=False):
    return Area("here", tuple(np.array(ring, float) for ring in rings), winds=winds, cut=cut)


def centres(grid=GRID):
    """Slide coordinates of the middle of each pixel, (H, W) each."""
    y, x = np.mgrid[: grid.height, : grid.width]
    return (x + 0.5) * grid.downsample[0], (y + 0.5) * grid.downsample[1]


def inside(shape):
    return shapely.contains_xy(shape, *centres())


def winding_numbers(ring):
    """How often a ring goes round each centre, (H, W), by adding up the angles at which edges are seen."""
    x, y = centres()
    angle = np.arctan2(*(np.array(ring, float).T[::-1, None, None] - np.stack((y, x))[..., None]))
    turn = (np.roll(angle, -1, axis=-1) - angle + np.pi) % (2 * np.pi) - np.pi
    return np.rint(turn.sum(axis=-1) / (2 * np.pi))


# Off the grid by numbers without a ratio, so that no reference has to decide about a centre on an outline.
ring_points = st.lists(
    st.tuples(st.integers(-5, 85), st.integers(-5, 65)).map(lambda xy: (xy[0] + 1 / np.pi, xy[1] + 1 / np.e)),
    min_size=3,
    max_size=9,
)


@given(ring=ring_points)
def test_an_outline_is_filled_wherever_it_winds_around_a_centre(ring):
    assert np.array_equal(AreaMask([area(ring)], GRID).read(GRID.box), winding_numbers(ring) != 0)


def test_an_outline_whose_end_runs_over_its_beginning_has_no_hole_there():
    ring = [(10, 10), (50, 10), (50, 40), (10, 40), (10, 10), (30, 10), (30, 40)]
    assert np.array_equal(AreaMask([area(ring)], GRID).read(GRID.box), inside(shapely.Polygon(SQUARE)))
    halved = AreaMask([area(ring, winds=False)], GRID).read(GRID.box)
    assert halved.sum() < inside(shapely.Polygon(SQUARE)).sum()


def test_a_ring_in_a_ring_is_a_hole_where_areas_are_even_odd():
    hole = [(20.4, 20.4), (40.4, 20.4), (30.4, 35.4)]
    mask = AreaMask([area(SQUARE, hole, winds=False)], GRID)
    assert np.array_equal(mask.read(GRID.box), inside(shapely.Polygon(SQUARE, [hole])))


def test_touching_and_overlapping_areas_unite_and_cuts_win_over_all():
    left, right = shapely.box(10, 10, 30, 40), shapely.box(30, 10, 50, 40)
    over, hole = shapely.box(25.5, 20.5, 45.5, 55.5), shapely.Point(31, 25).buffer(9.3)
    areas = [area(shape.exterior.coords[:-1]) for shape in (left, right, over)]
    mask = AreaMask(areas, GRID, cuts=[area(hole.exterior.coords[:-1])])
    expected = inside(shapely.union_all([left, right, over]) - hole)
    assert np.array_equal(mask.read(GRID.box), expected)


@pytest.mark.parametrize(
    "box", [Box(3, 2, 11, 9), Box(-4, -3, 20, 20), Box(30, 20, 30, 30), Box(60, 60, 4, 4)]
)
def test_a_box_is_the_same_pixels_as_the_whole(box):
    mask = AreaMask([area([(5.3, 4.2), (71.3, 8.1), (44.4, 55.7)])], GRID)
    whole = np.pad(mask.read(GRID.box), 70)
    rows = slice(box.y + 70, box.bottom + 70)
    assert np.array_equal(mask.read(box), whole[rows, box.x + 70 : box.right + 70])


def test_without_areas_all_is_outside():
    assert not AreaMask([], GRID).read(GRID.box).any()
