from __future__ import annotations

import json
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
from clicked import MPP
from qupath_rules import check

from zoomiseg.errors import OutputError, SessionError
from zoomiseg.export import (
    WRITERS,
    GeoJsonMask,
    export,
    read_geojson,
    region_of_annotations,
    region_of_mask,
)
from zoomiseg.slide import open_mask


def high_mask(session, class_="tumour"):
    return session.read_mask_high(session.slide.grids.high.box, class_=class_)


def test_geojson_holds_the_centres_of_exactly_the_sessions_pixels(session, tmp_path):
    expected, grid = high_mask(session), session.slide.grids.high
    assert 0.02 < expected.mean() < 0.5
    export(session, tmp_path / "a.geojson")
    annotations = read_geojson(tmp_path / "a.geojson")
    np.testing.assert_array_equal(GeoJsonMask(annotations, grid).read(grid.box), expected)
    assert sum(len(part.geometry.interiors) for part in annotations) >= 1


def test_the_tiff_is_the_sessions_mask_on_the_high_grid(session, tmp_path):
    export(session, tmp_path / "a.tif")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), high_mask(session) * np.uint8(255))
    with open_mask(tmp_path / "a.tif") as mask:
        assert mask.mpp == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("form", WRITERS)
def test_the_area_is_that_of_the_pixels_by_the_slides_own_scale(session, tmp_path, form):
    done = export(session, tmp_path / "a.out", to=form)
    assert done.path == tmp_path / "a.out"
    assert done.area_mm2 == pytest.approx(high_mask(session).sum() * (2 * MPP) ** 2 / 1e6)


def test_geojson_counts_its_regions_and_a_tiff_has_none(session, tmp_path):
    done = export(session, tmp_path / "a.geojson")
    assert done.polygons == len(read_geojson(tmp_path / "a.geojson")) == 2
    assert export(session, tmp_path / "a.tif").polygons is None


def test_geojson_breaks_no_rule_of_qupath_and_names_revision_and_weights(session, tmp_path):
    export(session, tmp_path / "a.geojson")
    features = check((tmp_path / "a.geojson").read_text("utf-8"))
    for feature in features:
        properties = feature["properties"]
        assert properties["classification"]["name"] == "Tumor"
        metadata = properties["metadata"]
        assert metadata["revision"] == str(session.revision) == "3"
        assert metadata["weights"] == "disks dddddddddddd"
        facts = json.loads(metadata["zoomiseg:slide"])
        assert facts == {"name": "case", "width": 1001, "height": 801, "mpp": [0.25, 0.25]}
    area = sum(feature["properties"]["measurements"]["Area µm^2"] for feature in features)
    assert area == pytest.approx(high_mask(session).sum() * 0.25, rel=0.02)


def test_a_tiff_names_revision_and_weights_too(session, tmp_path):
    export(session, tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        found = ElementTree.fromstring(file.ome_metadata)
    noted = {each.get("K"): each.text for each in found.iter() if each.tag.endswith("}M")}
    assert (noted["revision"], noted["weights"]) == (str(session.revision), "disks dddddddddddd")
    assert json.loads(noted["zoomiseg:slide"])["name"] == "case"


def test_another_class_has_its_own_mask_and_name(session, tmp_path):
    expected, grid = high_mask(session, "necrosis"), session.slide.grids.high
    assert expected.any()
    assert not (expected & high_mask(session)).any()
    export(session, tmp_path / "a.geojson", class_="necrosis")
    annotations = read_geojson(tmp_path / "a.geojson")
    np.testing.assert_array_equal(GeoJsonMask(annotations, grid).read(grid.box), expected)
    assert {annotation.class_name for annotation in annotations} == {"necrosis"}


def test_a_class_that_the_session_lacks_is_refused_with_those_it_has(session, tmp_path):
    with pytest.raises(SessionError, match=r"no class 'stroma'. It has: necrosis, tumour\."):
        export(session, tmp_path / "a.geojson", class_="stroma")
    assert list(tmp_path.iterdir()) == []


def test_geojson_to_tiff_to_geojson_gives_the_same_polygons(session, tmp_path):
    first, tiff, second = tmp_path / "a.geojson", tmp_path / "b.tif", tmp_path / "c.geojson"
    export(session, first)
    export(region_of_annotations(read_geojson(first), first, None), tiff)
    np.testing.assert_array_equal(tifffile.imread(tiff), high_mask(session) * np.uint8(255))
    with open_mask(tiff) as mask:
        export(region_of_mask(mask, session.slide.grids), second)
    before, after = (
        {part.geometry.normalize().wkt for part in read_geojson(path)} for path in (first, second)
    )
    assert after == before


def test_geojson_to_geojson_needs_no_slide_and_keeps_the_class(session, tmp_path):
    paths = [tmp_path / name for name in ("a.geojson", "b.geojson", "c.geojson")]
    export(session, paths[0], class_="necrosis")
    for source, target in pairwise(paths):
        export(region_of_annotations(read_geojson(source), source, None), target)
    read = [read_geojson(path) for path in paths]
    assert [part.class_name for part in read[2]] == [part.class_name for part in read[0]]
    assert [part.geometry.wkt for part in read[2]] == [part.geometry.wkt for part in read[0]]
    # Whoever edited the file in between made another mask than that revision's.
    assert "revision" not in read[1][0].properties["metadata"]


@pytest.mark.parametrize(("name", "form"), [("a.json", "geojson"), ("A.TIFF", "tiff"), ("a.ome.tif", "tiff")])
def test_the_ending_tells_the_form(session, tmp_path, name, form):
    assert (export(session, tmp_path / name).polygons is not None) == (form == "geojson")


@pytest.mark.parametrize(("name", "to", "asked"), [("a.svg", None, "'a.svg'"), ("a.tif", "svg", "'svg'")])
def test_an_unknown_form_is_refused_with_those_that_are_known(session, tmp_path, name, to, asked):
    with pytest.raises(OutputError, match=rf"No export is called {asked}. Known are: geojson, tiff\."):
        export(session, tmp_path / name, to=to)


@pytest.mark.parametrize("name", ["a.geojson", "a.tif"])
def test_a_folder_that_is_not_there_is_named(session, tmp_path, name):
    with pytest.raises(OutputError, match="there is no folder"):
        export(session, tmp_path / "nowhere" / name)


@pytest.mark.parametrize("name", ["a.geojson", "a.tif"])
def test_an_older_file_is_replaced_and_nothing_is_left_beside_it(session, tmp_path, name):
    (tmp_path / name).write_text("old")
    export(session, tmp_path / name)
    assert (tmp_path / name).read_bytes() != b"old"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.geojson", "a.tif"])
def test_progress_rises_to_1(session, tmp_path, name):
    seen = []
    export(session, tmp_path / name, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
