from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import shapely

from zoomiseg.annotations import Plane, _geojson, read_geojson
from zoomiseg.errors import AnnotationError

FILES = Path(__file__).parent / "geojson"
TRIANGLE = 3995.06176
READ = {
    # file: (kind, class, area or number of points) of each object, as QuPath 0.5.1 read them when tried
    "01_ok": [
        ("area", "Tumor", 10_000),
        ("area", "Tumor", TRIANGLE),
        ("area", "Tumor", 9_600),
        ("area", "Tumor", 9_600 + TRIANGLE),
        ("points", "Tumor", 2),
        ("points", "Tumor", 1),
    ],
    "03_class_string": [("area", "Tumor: Viable", TRIANGLE)],
    "04_colorRGB": [("area", "Tumor", TRIANGLE)],
    "06_bowtie": [("area", "Tumor", 50)],
    "07_meas": [("area", None, TRIANGLE)],
    "08_badid": [("area", "Tumor", TRIANGLE)],
    "09_array": [("area", "Tumor", TRIANGLE)],
    "10_bare": [("area", None, TRIANGLE)],
    "12_null_class": [("area", None, TRIANGLE)],
    "15_gc": [("area", "Tumor", 10_000 + TRIANGLE)],
    "16_names": [("area", "Tumor: Viable", TRIANGLE)],
    "17_crs": [("area", "Tumor", TRIANGLE)],
    "19_meas_null": [("area", None, TRIANGLE)],
    "20_empty": [],
}
REFUSED = {
    # file: the sentence, where QuPath throws the whole file away
    "02_name_only": "feature 1 has the class 'Tumor' without a color, at which QuPath drops the whole file. "
    'Write "color": [200, 0, 0] beside the name, or the class as a text: "Tumor".',
    "05_unclosed": "feature 1 has an open ring: number 1 begins at (200.123, 10) and ends at (250.5, 90). "
    "Repeat the first point at its end.",
    "11_null_name": "feature 1 has the name null. Leave it out, or write a text.",
    "13_null_geom": "feature 1 has the geometry null. "
    'Leave the feature out, or write "geometry": {} for none.',
    "14_null_props": "feature 1 has properties that are null. Write {} or leave them out.",
    "18_null_id": "feature 1 has an id that is null. Leave it out.",
}


def load(tmp_path, content):
    path = tmp_path / "a.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_geojson(path)


def feature(geometry=None, **properties):
    geometry = {"type": "Point", "coordinates": [1, 2]} if geometry is None else geometry
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [*rings]}


def square(x=0, y=0, side=10):
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def summary(annotation):
    size = (
        len(shapely.get_coordinates(annotation.geometry))
        if annotation.kind == "points"
        else annotation.geometry.area
    )
    return annotation.kind, annotation.class_name, pytest.approx(size)


def test_every_file_is_expected():
    assert {path.stem for path in FILES.iterdir()} == set(READ) | set(REFUSED)
    assert len(list(FILES.iterdir())) == 20


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_as_qupath_reads_it(name):
    assert [summary(annotation) for annotation in read_geojson(FILES / f"{name}.geojson")] == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_qupath_throws_away_is_refused_with_a_reason(name):
    with pytest.raises(AnnotationError) as caught:
        read_geojson(FILES / f"{name}.geojson")
    assert str(caught.value) == f"{name}.geojson: {REFUSED[name]}"


def test_names_locks_types_and_ids_are_kept():
    [measured] = read_geojson(FILES / "07_meas.geojson")
    assert (measured.name, measured.locked, measured.object_type) == ("t1", True, "annotation")
    assert measured.properties["measurements"] == {"Area": 1.5, "p": "NaN"}
    assert read_geojson(FILES / "16_names.geojson")[0].object_type == "detection"
    assert read_geojson(FILES / "08_badid.geojson")[0].uuid is None
    assert read_geojson(FILES / "01_ok.geojson")[0].uuid == "6f1a2b3c-0000-4000-8000-000000000001"


def test_a_bow_tie_becomes_its_two_triangles():
    [tie] = read_geojson(FILES / "06_bowtie.geojson")
    assert tie.geometry.is_valid
    assert sorted(part.area for part in tie.geometry.geoms) == [25, 25]


def test_a_star_drawn_in_one_line_has_an_empty_heart(tmp_path):
    tips = [(math.sin(4 * math.pi * n / 5), -math.cos(4 * math.pi * n / 5)) for n in range(6)]
    ring = [[100 + 50 * x, 100 + 50 * y] for x, y in tips[:5]]
    [star] = load(tmp_path, [feature(polygon([*ring, ring[0]]))])
    assert len(star.geometry.geoms) == 5
    assert not star.geometry.contains(shapely.Point(100, 100))


def test_overlapping_parts_of_a_multipolygon_unite(tmp_path):
    parts = {"type": "MultiPolygon", "coordinates": [[square()], [square(5, 5)]]}
    [united] = load(tmp_path, [feature(parts)])
    assert united.geometry.area == 175


def test_a_single_feature_and_a_third_coordinate_are_read(tmp_path):
    [point] = load(tmp_path, feature({"type": "Point", "coordinates": [3, 4, 5]}))
    assert list(point.geometry.geoms) == [shapely.Point(3, 4)]


def test_an_ellipse_is_the_one_in_its_envelope(tmp_path):
    [ellipse] = load(
        tmp_path, [feature(polygon([[0, 20], [50, 0], [100, 20], [50, 40], [0, 20]]) | {"isEllipse": True})]
    )
    assert ellipse.geometry.area == pytest.approx(math.pi * 50 * 20, rel=1e-3)
    assert ellipse.geometry.bounds == pytest.approx((0, 0, 100, 40))


def test_a_plane_is_kept(tmp_path):
    geometry = {"type": "Point", "coordinates": [1, 2], "plane": {"c": 1, "z": 2, "t": 3}}
    assert load(tmp_path, [feature(geometry), feature()])[0].plane == Plane(1, 2, 3)


def test_a_geometry_without_a_type_is_an_object_without_a_place(tmp_path):
    [nothing] = load(tmp_path, [feature({})])
    assert nothing.kind == "empty"
    assert nothing.geometry.is_empty


def test_lines_are_read(tmp_path):
    line = {"type": "LineString", "coordinates": [[0, 0], [3, 4]]}
    lines = {"type": "MultiLineString", "coordinates": [[[0, 0], [3, 4]], [[0, 0], [0, 2]]]}
    assert [(a.kind, a.geometry.length) for a in load(tmp_path, [line, lines])] == [("line", 5), ("line", 7)]


def test_points_of_a_collection_keep_their_order(tmp_path):
    points = [{"type": "Point", "coordinates": [x, 1]} for x in (5, 2, 5)]
    [collected] = load(tmp_path, {"type": "GeometryCollection", "geometries": points})
    assert shapely.get_coordinates(collected.geometry)[:, 0].tolist() == [5, 2, 5]


def test_nested_objects_follow_the_one_that_holds_them(tmp_path):
    child = feature(polygon(square(side=2)), children=[feature()])
    family = [feature(polygon(square()), childObjects=[child, feature()]), feature()]
    places = [annotation.place for annotation in load(tmp_path, family)]
    assert places == [
        "feature 1",
        "feature 1, child 1",
        "feature 1, child 1, child 1",
        "feature 1, child 2",
        "feature 2",
    ]


def test_metadata_that_stands_twice_is_read(tmp_path):
    text = json.dumps([feature(metadata={"a": "b"})]).replace('"metadata"', '"metadata": {}, "metadata"')
    assert load(tmp_path, text)[0].properties["metadata"] == {"a": "b"}


@pytest.mark.parametrize(
    ("classification", "name"),
    [
        ("Tumor", "Tumor"),
        ({}, None),
        ({"name": "Tumor", "color": -3670016}, "Tumor"),
        ({"name": "Tumor", "color": [1, 2, 3, 4]}, "Tumor"),
        ({"names": ["Tumor"], "color": [1, 2, 3]}, "Tumor"),
        ({"name": "Viable", "colorRGB": 1, "parentClass": {"name": "Tumor", "colorRGB": 2}}, "Tumor: Viable"),
    ],
)
def test_classes_of_all_versions_are_read(tmp_path, classification, name):
    assert load(tmp_path, [feature(classification=classification)])[0].class_name == name


@pytest.mark.parametrize(
    ("properties", "identity", "expected"),
    [
        ({"objectType": "cell"}, None, "cell"),
        ({"object_type": "tile"}, None, "tile"),
        ({"type": "tmaCore"}, None, "tmaCore"),
        ({"objectType": "something"}, None, "annotation"),
        ({}, "PathDetectionObject", "detection"),
        ({}, None, "annotation"),
    ],
)
def test_object_types_of_all_versions_are_read(tmp_path, properties, identity, expected):
    thing = feature(**properties) | ({"id": identity} if identity else {})
    assert load(tmp_path, [thing])[0].object_type == expected


def test_the_old_list_of_measurements_is_read(tmp_path):
    assert len(load(tmp_path, [feature(measurements=[{"name": "Area", "value": 1}])])) == 1


BAD = {
    "feature 1 has the class 'Tumor' without a color": feature(classification={"names": ["Tumor"]}),
    "feature 1 has the class color [1, 2]": feature(classification={"name": "Tumor", "color": [1, 2]}),
    "feature 1 has a classification without a name": feature(classification={"color": [1, 2, 3]}),
    "feature 1 has a classification that is a list": feature(classification=[]),
    "feature 1 has the class names []": feature(classification={"names": [], "color": [1, 2, 3]}),
    "feature 1 has the class name null": feature(classification={"name": None, "color": [1, 2, 3]}),
    "feature 1 has isLocked null": feature(isLocked=None),
    "feature 1 has measurements that are null": feature(measurements=None),
    "feature 1 has metadata that is null": feature(metadata=None),
    "feature 1 has childObjects that are null": feature(childObjects=None),
    "feature 1, child 2 has no geometry": feature(childObjects=[feature(), {"type": "Feature"}]),
    "feature 1 has the geometry type 'Circle'": feature({"type": "Circle", "coordinates": []}),
    "feature 1 is a Polygon without a list of coordinates": feature({"type": "Polygon"}),
    "feature 1 has a ring of 3 points": feature(polygon([[0, 0], [1, 1], [0, 0]])),
    "feature 1 has a line of one point": feature({"type": "LineString", "coordinates": [[0, 0]]}),
    "feature 1 has the point ['1', 2]": feature({"type": "Point", "coordinates": ["1", 2]}),
    "feature 1 has the point [True, 2]": feature({"type": "Point", "coordinates": [True, 2]}),
    "feature 1 has the point [nan, 2]": feature({"type": "Point", "coordinates": [math.nan, 2]}),
    "feature 1 has the point [inf, 2]": feature({"type": "Point", "coordinates": [math.inf, 2]}),
    "feature 1 has the point [1000000000.0, 2]": feature({"type": "Point", "coordinates": [1e9, 2]}),
    "feature 1 has the point []": feature({"type": "Point", "coordinates": []}),
    "feature 1 has a number where a list of points belongs": feature(polygon(1)),
    "feature 1 has the plane {'z': 1.5}": feature(
        {"type": "Point", "coordinates": [1, 2], "plane": {"z": 1.5}}
    ),
    "feature 1 has a geometry that is a list": feature([]),
    "feature 1 mixes areas, lines and points": feature(
        {
            "type": "GeometryCollection",
            "geometries": [polygon(square()), {"type": "Point", "coordinates": [1, 2]}],
        }
    ),
    "feature 1 is a GeometryCollection inside another": feature(
        {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}]}
    ),
    "feature 1 has the type 'Thing'": {"type": "Thing"},
    "feature 1 is a number": 7,
}


@pytest.mark.parametrize("sentence", BAD)
def test_what_cannot_be_meant_is_named(tmp_path, sentence):
    with pytest.raises(AnnotationError) as caught:
        load(tmp_path, [BAD[sentence]])
    assert caught.value.message == f"a.geojson: {sentence}".removesuffix(".") + (
        ", at which QuPath drops the whole file." if "without a color" in sentence else "."
    )
    assert caught.value.hint


def test_the_number_of_a_later_feature_is_named(tmp_path):
    with pytest.raises(AnnotationError, match="feature 3 has the name null"):
        load(tmp_path, {"type": "FeatureCollection", "features": [feature(), feature(), feature(name=None)]})


@pytest.mark.parametrize("content", ['{"a": 1}', "7", '"text"', "null", '{"type": "FeatureCollection"}'])
def test_what_qupath_silently_ignores_is_refused(tmp_path, content):
    with pytest.raises(AnnotationError, match=r"is no GeoJSON|without a list of features"):
        load(tmp_path, content)


def test_deep_nesting_is_refused(tmp_path):
    thing = feature()
    for _ in range(40):
        thing = feature(childObjects=[thing])
    with pytest.raises(AnnotationError, match="nested more than 32 deep"):
        load(tmp_path, [thing])


def test_too_many_objects_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_geojson, "MAX_FEATURES", 3)
    assert len(load(tmp_path, [feature()] * 3)) == 3
    with pytest.raises(AnnotationError, match="more than 3 objects"):
        load(tmp_path, [feature()] * 4)


def test_a_long_value_is_shortened_in_the_sentence(tmp_path):
    with pytest.raises(AnnotationError) as caught:
        load(tmp_path, [feature({"type": "Point", "coordinates": ["x" * 10_000, [[[[[[1]]]]]] * 1000]})])
    assert len(str(caught.value)) < 300
