from __future__ import annotations

import math

import pytest
import shapely

from zoomiseg.annotations import read_imagescope
from zoomiseg.errors import AnnotationError

TRIANGLE = [(1, 2), (11, 2), (1, 22.5)]


def region(points=TRIANGLE, *, kind="0", negative="0", vertex="Vertex"):
    inner = "".join(f'<{vertex} X="{x}" Y="{y}" Z="0"/>' for x, y in points)
    return f'<Region Id="1" Type="{kind}" NegativeROA="{negative}"><Vertices>{inner}</Vertices></Region>'


def layer(*regions, identity=1, name="", description=""):
    attribute = f'<Attribute Name="Description" Id="0" Value="{description}"/>' if description else ""
    return (
        f'<Annotation Id="{identity}" Name="{name}" LineColor="65280"><Attributes>{attribute}</Attributes>'
        f"<Regions><RegionAttributeHeaders/>{''.join(regions)}</Regions><Plots/></Annotation>"
    )


@pytest.fixture
def written(tmp_path):
    def write(*layers):
        path = tmp_path / "a.xml"
        path.write_text(f'<Annotations MicronsPerPixel="0.5">{"".join(layers)}</Annotations>')
        return path

    return write


@pytest.mark.parametrize("vertex", ["Vertex", "V"])
def test_an_outline_has_its_points_closed_or_not(vertex, written):
    path = written(layer(region(vertex=vertex), region([*TRIANGLE, TRIANGLE[0]], vertex=vertex)))
    for area in read_imagescope(path).areas:
        assert area.rings[0].tolist() == [[1, 2], [11, 2], [1, 22.5]]
        assert (area.class_name, area.cut) == (None, False)


def test_negative_regions_are_cuts(written):
    path = written(layer(region(), region(negative="1"), region(negative="True")))
    assert [area.cut for area in read_imagescope(path).areas] == [False, True, True]


def test_layers_are_called_by_name_then_description_then_id(written):
    path = written(
        layer(region(), name="Tumor"),
        layer(region(), identity=2, description="Stroma"),
        layer(region(), identity=7),
        layer(identity=8, name="empty"),
    )
    assert [area.class_name for area in read_imagescope(path).areas] == ["Tumor", "Stroma", "7"]
    assert [area.class_name for area in read_imagescope(path, by_id=True).areas] == ["1", "2", "7"]


@pytest.mark.parametrize("kind", ["1", "Rectangle"])
def test_a_rectangle_may_come_as_two_corners(kind, written):
    (area,) = read_imagescope(written(layer(region([(5, 2), (1, 9)], kind=kind)))).areas
    assert area.rings[0].tolist() == [[1, 2], [5, 2], [5, 9], [1, 9]]


@pytest.mark.parametrize("kind", ["2", "Ellipse"])
def test_an_ellipse_fills_the_box_of_its_corners(kind, written):
    (area,) = read_imagescope(written(layer(region([(10, 20), (50, 40)], kind=kind)))).areas
    shape = shapely.Polygon(area.rings[0])
    assert shape.bounds == pytest.approx((10, 20, 50, 40), abs=0.01)
    assert shape.area == pytest.approx(math.pi * 20 * 10, rel=1e-3)


def test_arrows_rulers_and_points_are_left_out_and_told(written):
    path = written(layer(region(kind="3"), region(kind="4"), region([(1, 1), (2, 2)]), region()))
    drawing = read_imagescope(path)
    assert len(drawing.areas) == 1
    assert drawing.notices == (
        "a.xml: layer 1, region 1 is an arrow and has no area: left out.",
        "a.xml: layer 1, region 2 is a ruler and has no area: left out.",
        "a.xml: layer 1, region 3 has 2 points and no area: left out.",
    )


@pytest.mark.parametrize(
    ("points", "kind", "told"),
    [
        ([(1, 2), ("x", 2), (3, 4)], "0", "a.xml: layer 1, region 1 has a point whose X is 'x'."),
        (TRIANGLE, "9", "a.xml: layer 1, region 1 is of the type '9'."),
        ([(1, 2), (3, -2e8), (3, 4)], "0", "has a point that lies on no slide."),
    ],
)
def test_what_cannot_be_read_is_told_by_layer_and_region(points, kind, told, written):
    with pytest.raises(AnnotationError) as caught:
        read_imagescope(written(layer(region(points, kind=kind))))
    assert told in caught.value.message


def test_a_file_of_asap_is_refused(tmp_path):
    (tmp_path / "a.xml").write_text("<ASAP_Annotations/>")
    with pytest.raises(AnnotationError, match="no file of ImageScope: its root is 'ASAP_Annotations'"):
        read_imagescope(tmp_path / "a.xml")
