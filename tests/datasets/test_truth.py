"""The truth on any grid, against areas that are added up pixel by pixel."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.datasets._truth import Truth
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import Mask


def truth_of(pixels, *, slide, value=None):
    mask = Mask(Path("mask.png"), pixels, value=value, file=None)
    return Truth(mask, SimpleNamespace(width=slide[0], height=slide[1], path=Path("case.svs")))


def overlap(start, stop, pixel):
    return max(Fraction(0), min(stop, Fraction(pixel + 1)) - max(start, Fraction(pixel)))


def counted(pixels, box, step):
    """Return the exact share of each grid pixel by adding up fractions; `step` in mask pixels, (x, y)."""
    rows, columns = np.nonzero(pixels)
    result = np.zeros((box.height, box.width), bool)
    for row in range(box.height):
        for column in range(box.width):
            left, top = (box.x + column) * step[0], (box.y + row) * step[1]
            area = sum(
                overlap(left, left + step[0], int(x)) * overlap(top, top + step[1], int(y))
                for y, x in zip(rows, columns, strict=True)
            )
            result[row, column] = 2 * area >= step[0] * step[1]
    return result


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.fractions(Fraction(1, 4), 4, max_denominator=7),
    st.fractions(Fraction(1, 4), 4, max_denominator=7),
    st.tuples(st.integers(-3, 6), st.integers(-3, 6)),
)
def test_a_grid_pixel_is_target_where_at_least_half_of_its_area_is(seed, x_down, y_down, corner):
    pixels = (np.random.default_rng(seed).random((9, 11)) < 0.5).astype(np.uint8)
    grid = Grid((float(x_down), float(y_down)), 99, 99, (1.0, 1.0))
    box = Box(*corner, 7, 6)
    found = truth_of(pixels, slide=(11, 9)).on(grid, box)
    np.testing.assert_array_equal(found, counted(pixels, box, (x_down, y_down)))


@pytest.mark.parametrize("factor", [2, 4])
def test_a_mask_of_another_size_covers_the_same_slide(factor):
    pixels = (np.random.default_rng(3).random((40, 60)) < 0.5).astype(np.uint8)
    truth = truth_of(pixels, slide=(60 * factor, 40 * factor))
    whole = truth.on(
        Grid((1.0, 1.0), 60 * factor, 40 * factor, (1.0, 1.0)), Box(0, 0, 60 * factor, 40 * factor)
    )
    np.testing.assert_array_equal(whole, pixels.repeat(factor, 0).repeat(factor, 1) > 0)


def test_a_box_gives_what_the_whole_gives_there_however_many_strips_it_takes(monkeypatch):
    pixels = (np.random.default_rng(4).random((300, 200)) < 0.5).astype(np.uint8)
    truth, grid = truth_of(pixels, slide=(200, 300)), Grid((1.7, 1.7), 118, 177, (1.0, 1.0))
    whole = truth.on(grid, Box(0, 0, 118, 177))
    monkeypatch.setattr("zoomiseg.datasets._truth._MAX_MASK_PIXELS", 1000)
    np.testing.assert_array_equal(truth.on(grid, Box(0, 0, 118, 177)), whole)
    np.testing.assert_array_equal(truth.on(grid, Box(31, 17, 20, 99)), whole[17:116, 31:51])


def test_only_the_asked_value_is_target():
    pixels = np.array([[1, 2], [3, 2]], np.uint8)
    grid, box = Grid((1.0, 1.0), 2, 2, (1.0, 1.0)), Box(0, 0, 2, 2)
    np.testing.assert_array_equal(truth_of(pixels, slide=(2, 2), value=2).on(grid, box), pixels == 2)
    assert not truth_of(pixels, slide=(2, 2), value=300).on(grid, box).any()


def test_a_mask_of_another_aspect_is_refused_with_both_sizes():
    with pytest.raises(ManifestError) as caught:
        truth_of(np.ones((50, 100), np.uint8), slide=(1000, 1000))
    assert str(caught.value) == (
        "mask.png is 100 x 50 and case.svs is 1000 x 1000: the mask must have the slide's aspect within 1%."
    )
