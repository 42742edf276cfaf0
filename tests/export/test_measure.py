from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.export import area_measurements, mask_area_mm2, round_length
from zoomiseg.export._measure import length_label


def test_a_thousand_by_a_thousand_pixels_of_one_micron_are_a_square_millimetre():
    assert mask_area_mm2(1_000_000, (1.0, 1.0)) == 1.0
    assert mask_area_mm2(1_000_000, (0.5, 0.25)) == pytest.approx(0.125)


def test_a_regions_area_has_qupaths_name():
    assert area_measurements([shapely.box(0, 0, 10, 10)], slide_mpp=(0.5, 0.25)) == [{"Area µm^2": 12.5}]


@pytest.mark.parametrize(
    ("at_most", "length"),
    [(1, 1), (1.99, 1), (2, 2), (4.9, 2), (5, 5), (999, 500), (1000, 1000), (0.03, 0.02)],
)
def test_round_lengths_begin_with_1_2_or_5(at_most, length):
    assert round_length(at_most) == pytest.approx(length)


@given(st.floats(1e-3, 1e7))
def test_a_round_length_uses_at_least_two_fifths_of_the_room(at_most):
    assert 0.4 * at_most <= round_length(at_most) <= at_most * (1 + 1e-9)


@pytest.mark.parametrize(
    ("length_um", "label"), [(0.5, "0.5 µm"), (200, "200 µm"), (1000, "1 mm"), (5000, "5 mm")]
)
def test_a_length_is_shown_with_its_unit(length_um, label):
    assert length_label(length_um) == label
