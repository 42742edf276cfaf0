from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from masks import annotation, grid_of, reader, small_masks

from zoomiseg.export import PIXEL_EXACT_PX, GeoJsonMask, mask_polygons, read_geojson, write_geojson
from zoomiseg.geometry import Box, Grid

GRID = Grid((2.0, 2.0), 40, 30, (0.5, 0.5))
coordinate = st.integers(-640, 5760).map(lambda sixtyfourths: sixtyfourths / 64)
corners = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=8)


def centres_inside(geometry, grid, box):
    rows, columns = np.mgrid[box.y : box.bottom, box.x : box.right]
    x, y = (columns + 0.5) * grid.downsample[0], (rows + 0.5) * grid.downsample[1]
    return shapely.contains_xy(geometry, x, y), shapely.distance(
        shapely.boundary(geometry), shapely.points(x, y)
    )


@given(mask=small_masks, downsample=st.sampled_from([1.0, 2.0, 0.4545, 2.2123]))
def test_the_way_from_mask_to_polygons_and_back_is_exact(mask, downsample):
    grid = grid_of(mask, (downsample, downsample))
    polygons = mask_polygons(reader(mask), grid, tile=5)
    back = GeoJsonMask([annotation(polygon) for polygon in polygons], grid).read(grid.box)
    np.testing.assert_array_equal(back, mask.astype(np.uint8))


@settings(max_examples=40)
@given(mask=small_masks, simplify=st.sampled_from([0.0, PIXEL_EXACT_PX]))
def test_the_way_through_a_file_is_exact(mask, simplify, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "mask.geojson"
    grid = grid_of(mask, (1.9763, 2.0311))
    write_geojson(path, mask_polygons(reader(mask), grid, simplify_px=simplify))
    np.testing.assert_array_equal(GeoJsonMask(read_geojson(path), grid).read(grid.box), mask)


@given(points=corners)
def test_a_pixel_is_in_when_its_centre_is(points):
    geometry = shapely.make_valid(shapely.Polygon(points))
    areas = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    geometry = shapely.MultiPolygon(areas) if areas else shapely.MultiPolygon()
    box = Box(-3, -2, 50, 40)
    inside, distance = centres_inside(geometry, GRID, box)
    if geometry.is_empty:
        distance = np.ones(inside.shape)
    clear = distance > 1e-6
    got = GeoJsonMask([annotation(geometry)], GRID).read(box)
    np.testing.assert_array_equal(got[clear], inside[clear])


@given(x=st.integers(-5, 30), y=st.integers(-5, 25), width=st.integers(0, 20), height=st.integers(0, 20))
def test_a_box_is_cut_out_of_the_whole(x, y, width, height):
    ring = shapely.Point(30, 30).buffer(25).difference(shapely.Point(30, 30).buffer(11))
    mask = GeoJsonMask([annotation(ring)], GRID)
    whole = mask.read(Box(-20, -20, 100, 100))
    box = Box(x, y, width, height)
    np.testing.assert_array_equal(mask.read(box), whole[box.slices_in(Box(-20, -20, 100, 100))])


def test_overlapping_areas_unite():
    mask = GeoJsonMask([annotation(shapely.box(0, 0, 20, 20)), annotation(shapely.box(10, 10, 30, 30))], GRID)
    assert mask.read(GRID.box).sum() == 100 + 100 - 25


@pytest.mark.parametrize("edge", [1.0, 3.0])
def test_a_shared_border_through_pixel_centres_gives_each_pixel_to_one_side(edge):
    left, right = shapely.box(0, 0, edge, 10), shapely.box(edge, 0, 10, 10)
    masks = [GeoJsonMask([annotation(side)], GRID).read(Box(0, 0, 5, 5)) for side in (left, right)]
    assert (masks[0] + masks[1] == 1).all()


def test_points_and_lines_leave_no_mark(tmp_path):
    path = tmp_path / "points.geojson"
    path.write_text(
        '[{"type": "Point", "coordinates": [3, 3]}, {"type": "LineString", "coordinates": [[0, 0], [9, 9]]}]'
    )
    assert GeoJsonMask(read_geojson(path), GRID).read(GRID.box).sum() == 0
