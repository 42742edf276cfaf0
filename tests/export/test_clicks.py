from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.errors import AnnotationError, ClickOutside
from zoomiseg.export import PlacedClick, read_clicks, read_geojson, write_clicks
from zoomiseg.geometry import Click

inside = st.floats(0, 1000, exclude_max=True)
placed_clicks = st.builds(
    PlacedClick, st.builds(Click, inside, inside, st.sampled_from([1, -1])), st.sampled_from(["low", "high"])
)


def point(x=1, y=2, **properties):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": properties}


def load(tmp_path, *features, bare=False):
    path = tmp_path / "clicks.geojson"
    path.write_text(
        json.dumps([*features] if bare else {"type": "FeatureCollection", "features": [*features]})
    )
    return read_clicks(path, width=1000, height=500)


def flat(clicks):
    return [(placed.click.x, placed.click.y, placed.click.label, placed.scale) for placed in clicks]


@pytest.mark.parametrize("bare", [True, False])
def test_points_are_clicks_in_the_order_of_the_file(tmp_path, bare):
    clicks = load(
        tmp_path, point(5, 6, label="tumour", scale="high"), point(3.25, 4, label="background"), bare=bare
    )
    assert flat(clicks) == [(5, 6, 1, "high"), (3.25, 4, -1, "low")]


@pytest.mark.parametrize(
    ("label", "expected"),
    [("tumour", 1), ("background", -1), (1, 1), (-1, -1), ("+1", 1), ("1", 1), ("-1", -1)],
)
def test_labels_are_words_or_signs(tmp_path, label, expected):
    assert load(tmp_path, point(label=label))[0].click.label == expected


def test_the_order_wins_over_the_file(tmp_path):
    clicks = load(
        tmp_path, *(point(x, label=1, order=order) for x, order in [(1, 10), (2, 9), (3, 2.5), (4, -1)])
    )
    assert [placed.click.x for placed in clicks] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tumor", 1),
        ("Positive", 1),
        ("Stroma", -1),
        ("Other", -1),
        ("Negative", -1),
        ("Ignore*", -1),
        ("Ignore", -1),
    ],
)
def test_classes_of_qupath_are_labels(tmp_path, name, expected):
    assert load(tmp_path, point(classification={"name": name, "color": [1, 2, 3]}))[0].click.label == expected
    assert load(tmp_path, point(classification=name))[0].click.label == expected


def test_a_label_wins_over_a_class(tmp_path):
    assert load(tmp_path, point(label=-1, classification="Tumor"))[0].click.label == -1


def test_a_multipoint_counts_in_order(tmp_path):
    several = point(classification="Tumor") | {
        "geometry": {"type": "MultiPoint", "coordinates": [[9, 1], [2, 1]]}
    }
    assert flat(load(tmp_path, several, point(5, 5, label=-1))) == [
        (9, 1, 1, "low"),
        (2, 1, 1, "low"),
        (5, 5, -1, "low"),
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            point(label="maybe"),
            'feature 2 has the label \'maybe\'. It is "tumour" or "background", or 1 or -1.',
        ),
        (point(label=0), "feature 2 has the label 0."),
        (point(label=True), "feature 2 has the label True."),
        (point(label=None), "feature 2 has the label null."),
        (point(label=[1]), "feature 2 has the label [1]."),
        (point(label=1, scale="medium"), "feature 2 has the scale 'medium'."),
        (point(label=1, scale=None), "feature 2 has the scale null."),
        (point(label=1, scale=[]), "feature 2 has the scale []."),
        (point(), "feature 2 has neither a label nor a class."),
        (
            point(classification="Necrosis"),
            "feature 2 has the class 'Necrosis', which says neither tumour nor background.",
        ),
        (point(label=1) | {"geometry": {}}, "feature 2 is a feature without points."),
        (
            point(label=1) | {"geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},
            "feature 2 is a LineString.",
        ),
        (point(float("nan"), label=1), "feature 2 has the point [nan, 2]."),
        (point(label=1, order=1), "feature 1 has no order, but others have."),
    ],
)
def test_a_wrong_click_is_named(tmp_path, wrong, sentence):
    with pytest.raises(AnnotationError) as caught:
        load(tmp_path, point(label=1), wrong)
    assert f"clicks.geojson: {sentence}" in str(caught.value)


def test_an_order_that_is_no_number_is_named(tmp_path):
    with pytest.raises(AnnotationError, match="feature 1 has the order 'first'"):
        load(tmp_path, point(label=1, order="first"))


def test_no_clicks_are_refused(tmp_path):
    with pytest.raises(AnnotationError, match=r"clicks\.geojson holds no clicks"):
        load(tmp_path)


@pytest.mark.parametrize(("x", "y"), [(1000, 3), (-0.5, 3), (3, 500), (3, -1)])
def test_a_click_outside_the_slide_is_named_with_its_place_and_the_slides_size(tmp_path, x, y):
    with pytest.raises(ClickOutside) as caught:
        load(tmp_path, point(label=1), point(x, y, label=1))
    assert caught.value.message == (
        f"clicks.geojson: click 2 at ({x}, {y}) lies outside the slide, which has 1000 x 500 pixels."
    )


def test_the_last_pixel_is_inside(tmp_path):
    assert len(load(tmp_path, point(999.99, 499.99, label=1), point(0, 0, label=1))) == 2


@settings(max_examples=50)
@given(clicks=st.lists(placed_clicks, min_size=1, max_size=12))
def test_written_clicks_come_back_exactly(clicks, tmp_path_factory):
    path = tmp_path_factory.mktemp("clicks") / "clicks.geojson"
    write_clicks(path, clicks)
    assert read_clicks(path, width=1000, height=1000) == clicks


def test_qupath_sees_written_clicks_as_classified_points(tmp_path):
    path = tmp_path / "clicks.geojson"
    write_clicks(path, [PlacedClick(Click(1, 2, 1), "low"), PlacedClick(Click(3, 4, -1), "high")])
    assert [(a.kind, a.class_name) for a in read_geojson(path)] == [
        ("points", "Tumor"),
        ("points", "Negative"),
    ]
