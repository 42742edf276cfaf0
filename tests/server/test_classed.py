"""Of a file with several classes only that one is taken in for which it is opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zoomiseg.annotations import Annotation, read_geojson
from zoomiseg.errors import AnnotationError
from zoomiseg.server._classed import of_class

NAME = "mask.geojson"


@pytest.fixture
def outlined(tmp_path: Path):
    """Writes squares of some classes, side by side, and reads them."""

    def squares(*classes: str | None) -> list[Annotation]:
        features = []
        for number, each in enumerate(classes):
            ring = [[10 * number + x, y] for x, y in ((0, 0), (5, 0), (5, 5), (0, 5), (0, 0))]
            properties = {"classification": each} if each else {}
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "geometry": geometry, "properties": properties})
        path = tmp_path / NAME
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        return read_geojson(path)

    return squares


def classes_of(found: tuple[list[Annotation], list[str]]) -> list[str | None]:
    return [each.class_name for each in found[0]]


@pytest.mark.parametrize(
    ("classes", "wanted", "taken"),
    [
        (["Tumor", "stroma"], "tumour", ["Tumor"]),
        (["Tumor", "stroma"], "stroma", ["stroma"]),
        (["Stroma", "Tumor: Viable", "tumour"], "tumour", ["Tumor: Viable", "tumour"]),
        (["metastasis", "Stroma"], "tumour", ["metastasis"]),
        (["lesion", "Tumor"], "tumour", ["Tumor"]),
        (["lesion", "Tumor"], "lesion", ["lesion"]),
        ([None, "Tumor", "stroma"], "tumour", [None, "Tumor"]),
        ([None, "stroma"], "tumour", [None]),
        ([None, None], "stroma", [None, None]),
        (["a*b", "axb"], "a*b", ["a*b"]),
        ([], "tumour", []),
    ],
)
def test_only_what_is_of_the_class_or_of_none_is_taken(outlined, classes, wanted, taken):
    assert classes_of(of_class(outlined(*classes), wanted, name=NAME)) == taken


def test_what_is_left_out_is_told(outlined):
    found = outlined("Tumor", "stroma", "necrosis")
    assert of_class(found, "tumour", name=NAME)[1] == [
        "Not of the class tumour, so left out: 'necrosis', 'stroma'."
    ]
    assert of_class(outlined("Tumor", None), "tumour", name=NAME)[1] == []


def test_a_file_of_other_classes_only_is_refused_with_their_names(outlined):
    with pytest.raises(AnnotationError, match=r"mask.geojson outlines no necrosis, only 'Tumor', 'stroma'"):
        of_class(outlined("Tumor", "stroma"), "necrosis", name=NAME)
