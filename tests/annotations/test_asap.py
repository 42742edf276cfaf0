from __future__ import annotations

import pytest

from zoomiseg.annotations import read_asap
from zoomiseg.errors import AnnotationError

TRIANGLE = [(1, 2), (11, 2), (1, 22.5)]


def annotation(points=TRIANGLE, *, group="Tumor", kind="Polygon", order=None):
    numbers = order or range(len(points))
    inner = "".join(
        f'<Coordinate Order="{number}" X="{x}" Y="{y}"/>'
        for number, (x, y) in zip(numbers, points, strict=True)
    )
    return (
        f'<Annotation Name="a" Type="{kind}" PartOfGroup="{group}" Color="#F4FA58">'
        f"<Coordinates>{inner}</Coordinates></Annotation>"
    )


def group(name, parent="None"):
    return f'<Group Name="{name}" PartOfGroup="{parent}" Color="#64FE2E"><Attributes/></Group>'


@pytest.fixture
def written(tmp_path):
    def write(*annotations, groups=()):
        path = tmp_path / "a.xml"
        path.write_text(
            '<?xml version="1.0"?><ASAP_Annotations><Annotations>'
            + "".join(annotations)
            + "</Annotations><AnnotationGroups>"
            + "".join(groups)
            + "</AnnotationGroups></ASAP_Annotations>"
        )
        return path

    return write


def test_an_outline_has_its_points_and_its_group(written):
    (area,) = read_asap(written(annotation(), groups=[group("Tumor")])).areas
    assert area.rings[0].tolist() == [[1, 2], [11, 2], [1, 22.5]]
    assert (area.class_name, area.cut, area.winds) == ("Tumor", False, True)
    assert area.place == "a.xml: annotation 1"


def test_points_go_by_their_order_and_not_as_they_stand(written):
    (area,) = read_asap(written(annotation([(1, 22.5), (1, 2), (11, 2)], order=[2, 0, 1]))).areas
    assert area.rings[0].tolist() == [[1, 2], [11, 2], [1, 22.5]]


def test_a_group_in_a_group_is_called_by_both_and_none_is_no_class(written):
    path = written(
        annotation(group="front"),
        annotation(group="None"),
        annotation(group="loop"),
        groups=[group("Tumor"), group("front", "Tumor"), group("loop", "loop")],
    )
    assert [area.class_name for area in read_asap(path).areas] == ["Tumor: front", None, "loop"]


def test_a_rectangle_of_two_corners_is_one_and_of_four_stays(written):
    corners = [(1, 2), (5, 2), (5, 9), (1, 9)]
    path = written(annotation([(5, 2), (1, 9)], kind="Rectangle"), annotation(corners, kind="Rectangle"))
    first, second = read_asap(path).areas
    assert first.rings[0].tolist() == second.rings[0].tolist() == [list(corner) for corner in corners]


def test_what_has_no_area_is_left_out_and_told(written):
    path = written(annotation([(1, 1)], kind="Dot"), annotation([(1, 1), (2, 2)]), annotation(kind="Spline"))
    drawing = read_asap(path)
    assert len(drawing.areas) == 1
    assert drawing.notices == (
        "a.xml: annotation 1 is a Dot and has no area: left out.",
        "a.xml: annotation 2 has fewer than 3 points and no area: left out.",
        "a.xml: annotation 3 is a spline: taken as straight lines between its points.",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<ASAP_Annotations><Annotations>", "a.xml is no XML"),
        ("<Annotations/>", "a.xml is no file of ASAP: its root is 'Annotations', not"),
        ("", "a.xml is no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><ASAP_Annotations/>', "a.xml has a document type."),
        (
            f"<ASAP_Annotations>{annotation(kind='Blob')}</ASAP_Annotations>",
            "annotation 1 is of the type 'Blob'.",
        ),
        (
            f"<ASAP_Annotations>{annotation([(1, 'here'), (2, 3), (4, 5)])}</ASAP_Annotations>",
            "a.xml: annotation 1 has a point whose Y is 'here'.",
        ),
        (
            f"<ASAP_Annotations>{annotation([(1, 2), (2, '1e9'), (4, 5)])}</ASAP_Annotations>",
            "a.xml: annotation 1 has a point that lies on no slide.",
        ),
        (
            f"<ASAP_Annotations>{annotation([(1, 2), (2, 'nan'), (4, 5)])}</ASAP_Annotations>",
            "has a point whose Y is 'nan'.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_by_file_and_annotation(text, told, tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(AnnotationError) as caught:
        read_asap(path)
    assert told in caught.value.message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=r"gone\.xml cannot be read"):
        read_asap(tmp_path / "gone.xml")
