"""Boxes and clicks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.errors import ClickError
from zoomiseg.geometry import Box, Click

boxes = st.builds(Box, st.integers(-20, 20), st.integers(-20, 20), st.integers(0, 25), st.integers(0, 25))
CANVAS = Box(-50, -50, 120, 120)


def painted(box: Box) -> np.ndarray:
    plane = np.zeros((CANVAS.height, CANVAS.width), bool)
    plane[box.slices_in(CANVAS)] = True
    return plane


@given(one=boxes, other=boxes)
def test_an_intersection_is_the_common_pixels(one: Box, other: Box) -> None:
    common = one.intersection(other)
    expected = painted(one) & painted(other)
    assert (expected == painted(common)).all() if common else not expected.any()


@given(one=boxes, other=boxes)
def test_a_box_encloses_another_when_no_pixel_is_left_over(one: Box, other: Box) -> None:
    if one.encloses(other):
        assert not (painted(other) & ~painted(one)).any()
    elif other.area:
        assert (painted(other) & ~painted(one)).any()


@given(box=boxes, x=st.integers(-45, 45), y=st.integers(-45, 45))
def test_a_box_contains_its_own_pixels(box: Box, x: int, y: int) -> None:
    assert box.contains(x, y) == painted(box)[y - CANVAS.y, x - CANVAS.x]


def test_boxes_move_grow_and_change_grid() -> None:
    box = Box(2, 3, 4, 5)
    assert box.translated(-2, 1) == Box(0, 4, 4, 5)
    assert box.expanded(1) == Box(1, 2, 6, 7)
    assert box.scaled(4) == Box(8, 12, 16, 20)
    assert (box.right, box.bottom, box.area, box.centre) == (6, 8, 20, (4.0, 5.5))


def test_a_negative_extent_is_refused() -> None:
    with pytest.raises(ValueError, match="got -1 x 5"):
        Box(0, 0, -1, 5)


@pytest.mark.parametrize(("x", "y"), [(math.nan, 0.0), (0.0, math.inf)])
def test_a_click_needs_finite_coordinates(x: float, y: float) -> None:
    with pytest.raises(ClickError, match="finite coordinates"):
        Click(x, y, 1)


@pytest.mark.parametrize("label", [0, 2, True, None, "tumour"])
def test_a_click_is_for_or_against(label: object) -> None:
    with pytest.raises(ClickError, match=r"\+1 or -1, got"):
        Click(0.0, 0.0, label)  # type: ignore[arg-type]


def test_a_click_tells_its_place() -> None:
    assert Click(3.5, 4.0, -1).slide_xy == (3.5, 4.0)
