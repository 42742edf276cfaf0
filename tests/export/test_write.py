from __future__ import annotations

import json
import math
import os

import numpy as np
import pytest
import qupath_rules
import shapely
from hypothesis import given, settings
from masks import grid_of, reader, small_masks

from zoomiseg.errors import OutputError
from zoomiseg.export import area_measurements, mask_polygons, read_geojson, write_geojson

RING = shapely.box(0, 0, 100, 50).difference(shapely.box(10, 10, 20, 20.5))


def written(path, *arguments, **options):
    write_geojson(path, *arguments, **options)
    return qupath_rules.check(path.read_text(encoding="utf-8"))


def test_a_region_is_one_feature_with_its_hole(tmp_path):
    [feature] = written(tmp_path / "a.geojson", [RING])
    assert feature["geometry"]["type"] == "Polygon"
    assert [len(ring) for ring in feature["geometry"]["coordinates"]] == [5, 5]
    assert feature["properties"] == {
        "objectType": "annotation",
        "classification": {"name": "Tumor", "color": [200, 0, 0]},
    }


def test_measurements_and_metadata_stand_where_qupath_keeps_them(tmp_path):
    [first, second] = written(
        tmp_path / "a.geojson",
        [RING, shapely.box(200, 0, 204, 2)],
        name="Nest",
        color=(1, 2, 3),
        measurements=area_measurements([RING, shapely.box(200, 0, 204, 2)], slide_mpp=(0.5, 0.25)),
        metadata={"revision": "7", "slide": "a/b.svs"},
    )
    assert first["properties"]["measurements"] == {"Area µm^2": 611.88}
    assert second["properties"]["measurements"] == {"Area µm^2": 1.0}
    assert second["properties"]["metadata"] == {"revision": "7", "slide": "a/b.svs"}
    assert second["properties"]["classification"] == {"name": "Nest", "color": [1, 2, 3]}


def test_numbers_that_json_lacks_are_written_as_qupath_writes_them(tmp_path):
    values = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.5}
    [feature] = written(tmp_path / "a.geojson", [RING], measurements=[values])
    assert feature["properties"]["measurements"] == {"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1.5}


def test_no_regions_are_an_empty_collection(tmp_path):
    assert written(tmp_path / "a.geojson", []) == []


def test_the_same_regions_give_the_same_bytes_and_equal_regions_have_ids_of_their_own(tmp_path):
    for name in "ab":
        written(tmp_path / name, [RING, RING])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_is_smaller_than_the_precision_vanishes(tmp_path):
    assert len(written(tmp_path / "a.geojson", [shapely.box(5, 5, 5.003, 5.003), RING])) == 1


def test_rounding_never_leaves_an_invalid_region(tmp_path):
    needle = shapely.Polygon([(0, 0), (50, 0.004), (100, 0), (100, 10), (50, 0.0041), (0, 10)])
    [feature] = written(tmp_path / "a.geojson", [needle])
    assert shapely.from_geojson(json.dumps(feature["geometry"])).is_valid


@settings(max_examples=40)
@given(mask=small_masks)
def test_every_mask_becomes_a_file_that_qupath_reads_and_that_comes_back(mask, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "mask.geojson"
    polygons = mask_polygons(reader(mask), grid_of(mask, (2.0, 2.0)))
    written(path, polygons, indent=2)
    back = [annotation.geometry for annotation in read_geojson(path)]
    np.testing.assert_array_equal(shapely.equals(back, polygons), True)


def test_an_earlier_file_survives_a_failed_write(tmp_path, monkeypatch):
    path = tmp_path / "a.geojson"
    path.write_text("earlier")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_geojson(path, [RING])
    assert path.read_text() == "earlier"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.geojson"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        write_geojson(tmp_path / "nowhere" / "a.geojson", [RING])


def test_as_many_measurements_as_regions_are_needed(tmp_path):
    with pytest.raises(ValueError, match="shorter"):
        write_geojson(tmp_path / "a.geojson", [RING, RING], measurements=[{}])
    assert list(tmp_path.iterdir()) == []
