from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from masks import annotation, blobs, grid_of, reader, small_masks
from scipy import ndimage

from zoomiseg.errors import OutputError
from zoomiseg.export import PIXEL_EXACT_PX, GeoJsonMask, _growing, mask_polygons
from zoomiseg.export._polygons import finished_regions
from zoomiseg.geometry import Grid

tiles = st.integers(1, 9)


def covered(polygons, mask, downsample=(1.0, 1.0)):
    """How many polygons hold each pixel's centre, by shapely."""
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    x, y = (columns + 0.5) * downsample[0], (rows + 0.5) * downsample[1]
    return sum(
        (shapely.contains_xy(polygon, x, y).astype(int) for polygon in polygons), np.zeros(mask.shape, int)
    )


def test_the_pixel_at_the_origin_is_the_square_from_0_to_1():
    mask = np.ones((1, 1), bool)
    [square] = mask_polygons(reader(mask), grid_of(mask))
    assert set(square.exterior.coords) == {(0, 0), (1, 0), (1, 1), (0, 1)}


def test_coordinates_are_level_0_pixels():
    mask = np.zeros((5, 5), bool)
    mask[1, 3] = True
    [square] = mask_polygons(reader(mask), grid_of(mask, (2.0, 3.0)))
    assert square.bounds == (6, 3, 8, 6)


@settings(max_examples=300)
@given(mask=small_masks, tile=tiles)
def test_the_polygons_hold_exactly_the_masks_pixels(mask, tile):
    polygons = mask_polygons(reader(mask), grid_of(mask, (2.0, 2.0)), tile=tile)
    assert all(polygon.is_valid for polygon in polygons)
    assert sum(polygon.area for polygon in polygons) == 4 * mask.sum()
    np.testing.assert_array_equal(covered(polygons, mask, (2.0, 2.0)), mask)


@given(mask=small_masks, tile=tiles)
def test_there_is_one_polygon_for_each_region_connected_by_pixel_edges(mask, tile):
    _, regions = ndimage.label(mask)
    assert len(mask_polygons(reader(mask), grid_of(mask), tile=tile)) == regions


@given(mask=small_masks, tile=tiles)
def test_the_tile_size_makes_no_difference(mask, tile):
    whole = mask_polygons(reader(mask), grid_of(mask))
    assert [p.wkb for p in mask_polygons(reader(mask), grid_of(mask), tile=tile)] == [p.wkb for p in whole]


def test_a_region_across_four_tiles_has_no_point_on_the_seams():
    mask = np.zeros((8, 8), bool)
    mask[1:7, 1:7] = True
    [square] = mask_polygons(reader(mask), grid_of(mask), tile=4)
    assert len(square.exterior.coords) == 5


def test_an_island_in_a_hole_is_a_region_and_the_hole_stays_a_hole():
    mask = np.ones((7, 7), bool)
    mask[1:6, 1:6] = False
    mask[3, 3] = True
    ring, island = mask_polygons(reader(mask), grid_of(mask))
    assert len(ring.interiors) == 1
    assert (ring.area, island.area) == (24, 1)


def test_diagonal_neighbours_are_two_regions():
    mask = np.eye(2, dtype=bool)
    assert len(mask_polygons(reader(mask), grid_of(mask))) == 2


def test_a_loop_closed_only_diagonally_is_a_valid_polygon_with_a_hole():
    mask = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1]], bool)
    [loop] = mask_polygons(reader(mask), grid_of(mask))
    assert loop.is_valid
    assert (len(loop.interiors), loop.area) == (1, 7)


def test_regions_below_the_smallest_area_are_left_out():
    mask = np.zeros((4, 9), bool)
    mask[:2, :2] = mask[:, 4:7] = True
    grid = grid_of(mask, (4.0, 4.0))
    assert [p.area / 16 for p in mask_polygons(reader(mask), grid, min_area_px=4)] == [4, 12]
    assert [p.area / 16 for p in mask_polygons(reader(mask), grid, min_area_px=5)] == [12]


def test_an_empty_mask_has_no_polygons():
    mask = np.zeros((5, 6), bool)
    assert mask_polygons(reader(mask), grid_of(mask), simplify_px=0.3) == []


def test_a_uint8_mask_counts_what_is_not_zero():
    mask = np.array([[0, 255, 1]], np.uint8)
    [region] = mask_polygons(reader(mask), grid_of(mask))
    assert region.area == 2


@settings(max_examples=200)
@given(mask=small_masks)
def test_smoothing_within_the_limit_keeps_every_pixel(mask):
    polygons = mask_polygons(reader(mask), grid_of(mask), simplify_px=PIXEL_EXACT_PX)
    assert all(polygon.is_valid for polygon in polygons)
    np.testing.assert_array_equal(covered(polygons, mask), mask)


def test_smoothing_halves_the_points_and_moves_the_area_by_less_than_a_thousandth():
    mask = blobs((600, 700), sigma=8, seed=3)
    exact = mask_polygons(reader(mask), grid_of(mask))
    smooth = mask_polygons(reader(mask), grid_of(mask), simplify_px=PIXEL_EXACT_PX)
    assert sum(shapely.get_num_coordinates(smooth)) < 0.6 * sum(shapely.get_num_coordinates(exact))
    assert sum(p.area for p in smooth) == pytest.approx(mask.sum(), rel=1e-3)


def test_progress_rises_to_1_tile_by_tile():
    mask = np.ones((5, 9), bool)
    seen = []
    mask_polygons(reader(mask), grid_of(mask), tile=4, progress=seen.append)
    assert seen == [number / 6 for number in range(1, 7)]


def test_each_pixel_is_read_once():
    mask = np.ones((10, 13), bool)
    reads = np.zeros(mask.shape, int)

    def read(box):
        reads[box.y : box.bottom, box.x : box.right] += 1
        return reader(mask)(box)

    mask_polygons(read, grid_of(mask), tile=4)
    assert (reads == 1).all()


def test_a_slide_of_50000_by_50000_pixels_needs_the_memory_of_one_tile():
    grid = Grid((2.0, 2.0), 50_000, 50_000, (0.5, 0.5))
    tile = 2500
    empty, disc = np.zeros((tile, tile), bool), np.zeros((tile, tile), bool)
    rows, columns = np.ogrid[:tile, :tile]
    disc |= (rows - 1250) ** 2 + (columns - 1250) ** 2 <= 1000**2
    polygons = mask_polygons(lambda box: disc if box.x == box.y else empty, grid, tile=tile)
    assert len(polygons) == 20
    assert sum(polygon.area for polygon in polygons) == 20 * 4 * disc.sum()


def test_noise_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(_growing, "MAX_CORNERS", 10)
    mask = np.indices((6, 6)).sum(axis=0) % 2 == 0
    with pytest.raises(OutputError, match="more than 10 corners"):
        mask_polygons(reader(mask), grid_of(mask), tile=3)


def test_small_regions_may_have_any_number_of_corners_together(monkeypatch):
    monkeypatch.setattr(_growing, "MAX_CORNERS", 200)
    mask = np.zeros((60, 60), bool)
    mask[1::3, 1::3] = True
    assert len(mask_polygons(reader(mask), grid_of(mask), tile=6)) == 400


@given(mask=small_masks, tile=tiles, batch=st.integers(1, 30))
def test_how_many_regions_are_traced_at_once_makes_no_difference(mask, tile, batch):
    whole = mask_polygons(reader(mask), grid_of(mask))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_growing, "BATCH_CORNERS", batch)
        parts = mask_polygons(reader(mask), grid_of(mask), tile=tile)
    assert [p.wkb for p in parts] == [p.wkb for p in whole]


def test_a_region_is_handed_on_once_the_mask_is_read_past_it():
    mask = np.zeros((40, 8), bool)
    mask[1:3, 1:3] = mask[2:18, 5] = mask[35:, 2:4] = True
    rows_read = 0

    def read(box):
        nonlocal rows_read
        rows_read = box.bottom
        return reader(mask)(box)

    found = finished_regions(read, grid_of(mask), tile=4)
    assert [(region.place, rows_read) for region in found] == [((1, 1), 4), ((2, 5), 20), ((35, 2), 40)]


@given(mask=small_masks, simplify=st.floats(0.1, 2))
def test_smoothing_never_adds_points(mask, simplify):
    exact = mask_polygons(reader(mask), grid_of(mask))
    smooth = mask_polygons(reader(mask), grid_of(mask), simplify_px=simplify)
    for before, after in zip(exact, smooth, strict=True):
        assert shapely.get_num_coordinates(after) <= shapely.get_num_coordinates(before)


@pytest.mark.timeout(30)
def test_a_region_with_tens_of_thousands_of_holes_is_smoothed_in_a_second_or_two():
    # Smoothed as one polygon it took 41 s where ring by ring takes 1 s.
    noise = np.random.default_rng(0).standard_normal((1400, 1400)).astype(np.float32)
    mask = ndimage.gaussian_filter(noise, 1) < 0.3
    regions = mask_polygons(reader(mask), grid_of(mask), simplify_px=PIXEL_EXACT_PX)
    assert max(len(region.interiors) for region in regions) > 30_000
    assert all(region.is_valid for region in regions)
    raster = GeoJsonMask([annotation(region) for region in regions], grid_of(mask))
    np.testing.assert_array_equal(raster.read(grid_of(mask).box), mask)
