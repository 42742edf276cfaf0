from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.experiment.report._chart import Series, chart, ticks
from zoomiseg.experiment.report._labels import spread

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*series, **more):
    text = chart(series, title="a < b", x_label="clicks", y_label="IoU", **more)
    return ElementTree.fromstring(text)


def parts(svg, name):
    return [each for each in svg if name in each.get("class", "").split()]


def test_a_chart_is_well_formed_and_says_what_it_shows():
    svg = drawn(Series("low & high", [(1, 0.5), (3, 0.9)], 0))
    assert svg.get("aria-label") == "a < b"
    texts = [each.text for each in svg.iter(f"{SVG}text")]
    assert {"low & high", "clicks", "IoU"} <= set(texts)


def test_the_last_point_lies_where_the_axes_say():
    svg = drawn(Series("a", [(0, 0.5), (40, 0.9)], 0))
    (dot,) = parts(svg, "dot")
    found = [
        (each.text, float(each.get("x") or 0), float(each.get("y") or 0)) for each in svg.iter(f"{SVG}text")
    ]
    x = {text: place for text, place, y in found}
    y = {text: place - 4 for text, _, place in found}
    assert float(dot.get("cx")) == pytest.approx(x["40"], abs=0.2)
    assert float(dot.get("cy")) == pytest.approx(y["0.90"], abs=0.2)


def test_what_lies_below_the_frame_is_cut_at_its_edge():
    (line, _) = parts(drawn(Series("a", [(0, 0.0), (1, 0.9), (2, 0.95)], 0)), "line")
    heights = [float(y) for y in re.findall(r" ([\d.]+)", line.get("d"))]
    assert len(heights) == 3
    assert max(heights) == 294


def test_each_row_has_its_own_colour_and_a_frontier_is_a_step_line():
    svg = drawn(Series("a", [(10, 0.5)], 0), Series("b", [(20, 0.9)], 1), frontier=[(10, 0.5), (20, 0.9)])
    assert [each.get("class") for each in parts(svg, "dot")] == ["dot c0", "dot c1"]
    (path,) = parts(svg, "frontier")
    assert re.fullmatch(r"M[\d.]+ [\d.]+H[\d.]+V[\d.]+", path.get("d"))


@given(st.floats(0, 0.95), st.floats(0.05, 1e5))
def test_ticks_are_few_round_and_inside(least, span):
    found = ticks(least, least + span)
    assert 2 <= len(found) <= 8
    assert all(least - 1e-6 <= value <= least + span + 1e-6 * span for value in found)
    assert found == sorted(found)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_labels_keep_their_order_and_do_not_overlap(heights):
    placed = spread(heights, gap=14, least=0, most=300)
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    for one, other in pairwise(order):
        assert placed[other] - placed[one] >= 14 - 1e-6
    assert min(placed) >= -1e-6
    assert max(placed) <= 300 + 1e-6


def test_labels_that_have_room_stay_where_they_are():
    assert spread([100.0, 20.0, 50.0], gap=14, least=0, most=300) == [100, 20, 50]
