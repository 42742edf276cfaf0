from __future__ import annotations

import json

import numpy as np
import pytest
from clicked import HEIGHT, WIDTH
from PIL import Image

from zoomiseg.errors import AnnotationError
from zoomiseg.export import (
    MaskRegion,
    mask_polygons,
    read_geojson,
    region_of_annotations,
    region_of_bare_mask,
    region_of_mask,
    region_of_session,
)
from zoomiseg.geometry import Box, Grid, grids_of
from zoomiseg.slide import open_mask

GRIDS = grids_of(WIDTH, HEIGHT, (0.25, 0.25))


@pytest.fixture
def mask_of(tmp_path):
    """Writes a mask of a given size, its left third foreground, and opens it."""
    opened = []

    def make(width, height):
        pixels = np.zeros((height, width), np.uint8)
        pixels[:, : width // 3] = 7
        Image.fromarray(pixels).save(tmp_path / "mask.png")
        opened.append(open_mask(tmp_path / "mask.png"))
        return opened[-1]

    yield make
    for mask in opened:
        mask.close()


def write_areas(path, *, metadata=None, class_="Tumor"):
    properties = {"objectType": "annotation", "classification": {"name": class_, "color": [1, 2, 3]}}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[[10, 20], [50, 20], [50, 60], [10, 60], [10, 20]]]},
        "properties": properties | ({"metadata": metadata} if metadata else {}),
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def region_of_file(path, grids=None, **options):
    return region_of_annotations(read_geojson(path), path, grids, **options)


def test_a_session_reads_as_itself_and_counts_its_pixels(session):
    region = region_of_session(session)
    box = Box(100, 50, 300, 200)
    read = region.read(box)
    np.testing.assert_array_equal(read, session.read_mask_high(box))
    assert region.pixels == read.sum() > 0
    assert region.area_mm2 == pytest.approx(read.sum() * 0.25 / 1e6)
    assert region.slide_mpp == (0.25, 0.25)


def test_pixels_of_any_value_count_once_each():
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)

    def source(box):
        return values[box.y : box.bottom, box.x : box.right]

    region = MaskRegion(Grid((1, 1), 4, 3, (2.0, 3.0)), source, (2.0, 3.0))
    read = region.read(Box(0, 0, 4, 3))
    assert read.dtype == bool
    assert region.pixels == 11
    assert region.area_mm2 == pytest.approx(11 * 6 / 1e6)


@pytest.mark.parametrize(
    ("size", "downsample"),
    [
        ((501, 401), (2.0, 2.0)),
        ((1001, 801), (1.0, 1.0)),
        ((126, 101), (8.0, 8.0)),
        ((250, 200), (1001 / 250, 801 / 200)),
    ],
)
def test_a_mask_of_any_size_lies_on_its_slide(mask_of, size, downsample):
    region = region_of_mask(mask_of(*size), GRIDS)
    assert (region.grid.width, region.grid.height) == size
    assert region.grid.downsample == pytest.approx(downsample)
    assert region.grid.mpp == pytest.approx((0.25 * downsample[0], 0.25 * downsample[1]))
    (polygon,) = mask_polygons(region.read, region.grid)
    assert polygon.bounds == pytest.approx((0, 0, size[0] // 3 * downsample[0], size[1] * downsample[1]))
    assert region.area_mm2 == pytest.approx(size[0] // 3 * size[1] * np.prod(region.grid.mpp) / 1e6)


@pytest.mark.parametrize(("size", "fits"), [((500, 403), True), ((500, 410), False), ((801, 1001), False)])
def test_an_aspect_more_than_1_percent_off_is_refused_with_both_sizes(mask_of, size, fits):
    mask = mask_of(*size)
    if fits:
        region_of_mask(mask, GRIDS)
        return
    with pytest.raises(AnnotationError, match=rf"mask.png is {size[0]} x {size[1]} and its slide 1001 x 801"):
        region_of_mask(mask, GRIDS)


def test_without_a_slide_a_masks_own_pixels_are_the_coordinates(mask_of):
    region = region_of_bare_mask(mask_of(30, 20), mpp=(0.5, 0.25))
    (polygon,) = mask_polygons(region.read, region.grid)
    assert polygon.bounds == (0, 0, 10, 20)
    assert region.area_mm2 == pytest.approx(200 * 0.125 / 1e6)
    assert region.metadata == {}


def test_areas_of_a_file_lie_on_the_high_grid_of_the_slide_that_is_given(tmp_path):
    region = region_of_file(write_areas(tmp_path / "a.geojson"), GRIDS)
    mask = region.read(region.grid.box)
    expected = np.zeros((401, 501), bool)
    expected[10:30, 5:25] = True
    np.testing.assert_array_equal(mask, expected)
    assert region.class_name == "Tumor"


def test_a_file_of_ours_knows_its_slide(tmp_path):
    facts = json.dumps({"name": "case", "width": WIDTH, "height": HEIGHT, "mpp": [0.25, 0.25]})
    region = region_of_file(write_areas(tmp_path / "a.geojson", metadata={"zoomiseg:slide": facts}))
    assert region.grid == GRIDS.high
    assert region.slide_mpp == (0.25, 0.25)


@pytest.mark.parametrize(
    "facts",
    [
        "none",
        "[]",
        "{}",
        '{"width": 0, "height": 5, "mpp": [1, 1]}',
        '{"width": 1e12, "height": 5, "mpp": [1, 1]}',
        '{"width": 5, "height": 5, "mpp": [0, 1]}',
        '{"width": 5, "height": 5, "mpp": ["a", "b"]}',
        '{"width": 5, "height": 5, "mpp": 1}',
        '{"width": Infinity, "height": 5, "mpp": [1, 1]}',
    ],
)
def test_what_a_file_says_of_its_slide_is_not_believed_blindly(tmp_path, facts):
    path = write_areas(tmp_path / "a.geojson", metadata={"zoomiseg:slide": facts})
    with pytest.raises(AnnotationError, match="does not say how large its slide is"):
        region_of_file(path)


def test_only_areas_of_the_class_that_is_asked_for_count(tmp_path):
    path = write_areas(tmp_path / "a.geojson", class_="Stroma")
    assert region_of_file(path, GRIDS).class_name == "Stroma"
    assert region_of_file(path, GRIDS, class_name="Stroma").read(GRIDS.high.box).any()
    with pytest.raises(AnnotationError, match=r"a.geojson has no area of the class 'Tumor'"):
        region_of_file(path, GRIDS, class_name="Tumor")


def test_points_alone_are_refused(tmp_path):
    path = tmp_path / "points.geojson"
    path.write_text('{"type": "Point", "coordinates": [1, 2]}')
    with pytest.raises(AnnotationError, match="has no area, only points or lines"):
        region_of_file(path, GRIDS)


def test_an_empty_file_is_an_empty_mask_of_the_slide(tmp_path):
    (tmp_path / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    region = region_of_file(tmp_path / "empty.geojson", GRIDS)
    assert not region.read(region.grid.box).any()
    assert region.class_name == "Tumor"
