"""GeoJSON, ASAP and ImageScope: what is outlined is what the mask marks, pixel by pixel."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import openslide
import pytest
import shapely

from annotated import (
    BOW_TIE,
    HOLE,
    ISLAND,
    MPP,
    OUTER,
    SHAPE,
    area,
    centres_in,
    feature,
    mask_of,
    polygon,
    rows_of,
    write_asap,
    write_geojson,
    write_image,
    write_imagescope,
    write_slide,
)
from zoomiseg.datasets import read_manifest
from zoomiseg.datasets.importing import ImportOptions, formats_called, import_folder
from zoomiseg.errors import ManifestError

ALL = centres_in(polygon(OUTER, HOLE) | polygon(ISLAND))


@pytest.fixture
def folder(tmp_path):
    write_slide(tmp_path / "in" / "case.tif")
    return tmp_path / "in"


def imported(folder, **options):
    return import_folder(folder, folder.parent / "out", options=ImportOptions(**options))


def skipped_reason(folder, **options):
    with pytest.raises(ManifestError) as caught:
        imported(folder, **options)
    return caught.value.message


def test_geojson_with_holes_and_islands_is_exact_to_the_pixel(folder):
    write_geojson(folder / "case.geojson", feature(area(OUTER, HOLE)), feature(area(ISLAND)))
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), ALL)
    (row,) = rows_of(done.manifest)
    assert row["slide"] == str(folder / "case.tif")
    assert (row["mask"], row["format"], row["mpp"], row["mask_value"]) == ("masks/case.tif", "qupath", "", "")
    assert float(row["target_share"]) == pytest.approx(ALL.mean(), abs=1e-6)


def test_the_manifest_is_one_that_others_read(folder):
    write_geojson(folder / "case.geojson", feature(area(OUTER)))
    (pair,) = read_manifest(imported(folder).manifest)
    assert (pair.slide, pair.mask) == (folder / "case.tif", folder.parent / "out" / "masks" / "case.tif")


@pytest.mark.parametrize("name", ["case.geojson.gz", "case.tif.geojson", "CASE.JSON", "case.geojson.zip"])
def test_geojson_may_be_packed_and_called_by_the_slides_whole_name(name, folder):
    path = write_geojson(folder / "plain", feature(area(OUTER, HOLE)), feature(area(ISLAND)))
    if name.endswith(".gz"):
        (folder / name).write_bytes(gzip.compress(path.read_bytes()))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.write(path, "case.geojson")
    else:
        (folder / name).write_bytes(path.read_bytes())
    assert np.array_equal(mask_of(imported(folder).manifest), ALL)


def test_of_geojson_only_annotations_and_detections_of_the_first_plane_count(folder):
    write_geojson(
        folder / "case.geojson",
        feature(area(OUTER), objectType="detection"),
        feature(area(ISLAND), objectType="cell"),
        feature(area(ISLAND, plane={"c": -1, "z": 3, "t": 0})),
        feature({"type": "MultiPoint", "coordinates": [[300, 280], [310, 280]]}),
        feature({}),
    )
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), centres_in(polygon(OUTER)))
    assert set(done.notices) == {
        "case.geojson: 1 of the type cell: left out.",
        "case.geojson: 1 in another plane or at another time than the first: left out.",
        "case.geojson: 1 without an area (points): left out.",
        "case.geojson: 1 without an area (empty): left out.",
    }


def test_other_classes_are_cut_out_left_out_or_chosen(folder):
    write_geojson(
        folder / "case.geojson",
        feature(area(OUTER), "Tumor: Viable"),
        feature(area(HOLE), "Stroma"),
        feature(area(BOW_TIE), "Immune cells"),
    )
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), centres_in(polygon(OUTER, HOLE)))
    assert done.notices == (
        "case.geojson: areas of 'Immune cells' are neither target nor cut out of it: left out.",
    )
    chosen = imported(folder, target=("immune*",))
    assert np.array_equal(mask_of(chosen.manifest), centres_in(shapely.make_valid(polygon(BOW_TIE))))
    plain = imported(folder, target=("Viable",), cut=("Nothing",))
    assert np.array_equal(mask_of(plain.manifest), centres_in(polygon(OUTER)))


def test_a_class_that_goes_by_usual_names_of_both_is_left_out_and_told(folder):
    write_geojson(
        folder / "case.geojson",
        feature(area(OUTER), "Tumor"),
        feature(area(ISLAND), "Stroma: Positive"),
        feature(area(HOLE), "Tumor: Negative"),
    )
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), centres_in(polygon(OUTER)))
    assert done.notices == (
        "case.geojson: areas of 'Stroma: Positive', 'Tumor: Negative' go by a name of the target and by one "
        "of what is cut out of it: left out; name them with --class or --cut.",
    )
    both = imported(folder, target=("Tumor", "Positive"), cut=("Nothing",))
    assert np.array_equal(mask_of(both.manifest), centres_in(polygon(OUTER) | polygon(ISLAND)))
    without = imported(folder, cut=("Negative",))
    assert np.array_equal(mask_of(without.manifest), centres_in(polygon(OUTER, HOLE) | polygon(ISLAND)))


def test_where_all_go_by_usual_names_of_both_a_choice_is_asked_for(folder):
    write_geojson(
        folder / "case.geojson", feature(area(OUTER), "Stroma: Positive"), feature(area(HOLE), None)
    )
    assert "it has 'Stroma: Positive', no class." in skipped_reason(folder)


def test_areas_without_a_class_count_where_there_are_none_of_tumour(folder):
    write_geojson(folder / "case.geojson", feature(area(OUTER), None), feature(area(HOLE), "Ignore*"))
    assert np.array_equal(mask_of(imported(folder).manifest), centres_in(polygon(OUTER, HOLE)))


BOUNDS = {"x": "40", "y": "20", "width": "300", "height": "250"}
"""Where on level 0 a scanner found tissue, as MRXS slides tell it."""


def tell_bounds(monkeypatch, names):
    real = openslide.OpenSlide.properties.fget
    told = {f"openslide.bounds-{name}": BOUNDS[name] for name in names}
    monkeypatch.setattr(openslide.OpenSlide, "properties", property(lambda slide: {**real(slide), **told}))


def test_geojson_of_a_slide_with_bounds_counts_from_where_they_begin_as_qupath_does(folder, monkeypatch):
    tell_bounds(monkeypatch, BOUNDS)
    cropped = [[(x - 40, y - 20) for x, y in ring] for ring in (OUTER, HOLE, ISLAND)]
    write_geojson(folder / "case.geojson", feature(area(*cropped[:2])), feature(area(cropped[2])))
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), ALL)
    assert done.notices == (
        "case.geojson: what was scanned of case.tif begins at (40, 20), where QuPath has its origin: the "
        "outlines were moved by so many pixels.",
    )


def test_bounds_that_are_not_told_in_full_move_nothing_as_in_qupath(folder, monkeypatch):
    tell_bounds(monkeypatch, ("x", "y"))
    write_geojson(folder / "case.geojson", feature(area(OUTER, HOLE)), feature(area(ISLAND)))
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), ALL)
    assert done.notices == ()


def test_asap_counts_from_the_slides_own_corner_whatever_its_bounds(folder, monkeypatch):
    tell_bounds(monkeypatch, BOUNDS)
    write_asap(folder / "case.xml", [("Tumor", OUTER)])
    assert np.array_equal(mask_of(imported(folder).manifest), centres_in(polygon(OUTER)))


@pytest.mark.parametrize(
    ("features", "options", "told"),
    [
        ([feature(area(OUTER), "Fat"), feature(area(ISLAND), "Skin")], {}, "it has 'Fat', 'Skin'."),
        ([feature(area(OUTER))], {"target": ("Fat",)}, "no area of the class Fat; it has 'Tumor'."),
        ([], {}, "case.geojson outlines no area."),
        ([feature(area([(900, 10), (950, 10), (950, 60)]))], {}, "marks no pixel of its 403 x 302."),
        ([feature({"type": "Polygon", "coordinates": [[[1, 1], [9, 1], [9, 9]]]})], {}, "has an open ring"),
        ([feature(area(OUTER), "Tumor"), {"type": "Feature", "geometry": None}], {}, "has the geometry null"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_reason(features, options, told, folder):
    write_geojson(folder / "case.geojson", *features)
    assert told in skipped_reason(folder, **options)


def test_asap_groups_are_classes_and_a_cut_out_group_is_a_hole(folder):
    write_asap(folder / "case.xml", [("tumor", OUTER), ("Exclusion", HOLE), ("tumor", ISLAND)])
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), ALL)
    assert done.formats == {"asap": 1}


@pytest.mark.parametrize("ending", ["xml", "annotations"])
@pytest.mark.parametrize("vertex", ["Vertex", "V"])
def test_imagescope_negative_regions_are_holes(vertex, ending, folder):
    path = folder / f"case.{ending}"
    write_imagescope(path, [[(OUTER, False), (HOLE, True), (ISLAND, False)]], vertex=vertex)
    done = imported(folder)
    assert np.array_equal(mask_of(done.manifest), ALL)
    assert done.formats == {"imagescope": 1}


def test_of_several_layers_without_names_one_is_chosen_by_its_id(folder):
    write_imagescope(folder / "case.xml", [[(ISLAND, False)], [(OUTER, False), (HOLE, True)]])
    assert "it has '1', '2'." in skipped_reason(folder)
    assert np.array_equal(mask_of(imported(folder, target=("2",)).manifest), centres_in(polygon(OUTER, HOLE)))


def test_self_intersecting_and_overlapping_outlines_are_filled_in_every_format(folder):
    bow_tie = centres_in(shapely.make_valid(polygon(BOW_TIE)))
    twice = [*OUTER, *OUTER[:2]]  # drawn on past its beginning
    expected = bow_tie | centres_in(polygon(OUTER))
    write_asap(folder / "case.xml", [("tumor", BOW_TIE), ("tumor", twice)])
    assert np.array_equal(mask_of(imported(folder).manifest), expected)
    write_imagescope(folder / "case.xml", [[(BOW_TIE, False), (twice, False)]])
    assert np.array_equal(mask_of(imported(folder).manifest), expected)
    (folder / "case.xml").unlink()
    write_geojson(folder / "case.geojson", feature(area(BOW_TIE)), feature(area(OUTER)))
    assert np.array_equal(mask_of(imported(folder).manifest), expected)


def test_a_slide_coarser_than_the_high_scale_keeps_its_own_pixels(tmp_path):
    write_slide(tmp_path / "in" / "case.tif", mpp=1.0)
    write_geojson(tmp_path / "in" / "case.geojson", feature(area(OUTER, HOLE)))
    mask = mask_of(imported(tmp_path / "in").manifest)
    assert mask.shape == (302, 403)
    assert np.array_equal(mask, centres_in(polygon(OUTER, HOLE), step=1.0, size=(302, 403)))


def test_a_slide_that_does_not_say_its_scale_is_left_out_unless_it_is_given(tmp_path):
    write_image(tmp_path / "in" / "case.png", width=403, height=302)
    write_geojson(tmp_path / "in" / "case.geojson", feature(area(OUTER, HOLE)))
    assert "microns per pixel" in skipped_reason(tmp_path / "in")
    done = imported(tmp_path / "in", mpp=MPP)
    assert rows_of(done.manifest)[0]["mpp"] == "0.25"
    assert np.array_equal(mask_of(done.manifest), centres_in(polygon(OUTER, HOLE)))
    assert mask_of(done.manifest).shape == SHAPE


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ManifestError) as caught:
        formats_called(["halo"])
    assert caught.value.message == "There is no format 'halo'."
    assert "asap" in str(caught.value.hint)
