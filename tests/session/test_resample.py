from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.session._resample import enlarge_cubic, enlarge_nearest, resample, taps


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width), dtype=np.float32)


def test_enlarging_is_the_cubic_interpolation_of_opencv() -> None:
    values = noise(40, 56)
    reference = cv2.resize(values, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)[8:-8, 8:-8]
    np.testing.assert_allclose(enlarge_cubic(values), np.clip(reference, 0, 1), atol=2e-6)


def test_enlarging_a_constant_keeps_it_and_clamps_what_swings_over() -> None:
    np.testing.assert_allclose(enlarge_cubic(np.full((9, 9), 0.25, np.float32)), 0.25, atol=1e-7)
    step = np.zeros((12, 12), np.float32)
    step[:, 6:] = 1
    enlarged = enlarge_cubic(step)
    assert enlarged.min() == 0.0
    assert enlarged.max() == 1.0


@given(x=st.integers(0, 20), y=st.integers(0, 20), width=st.integers(1, 20), height=st.integers(1, 20))
def test_enlarging_a_crop_gives_the_same_bits_as_cropping_the_enlargement(x, y, width, height) -> None:
    values = noise(44, 44, seed=1)
    full = enlarge_cubic(values)
    crop = enlarge_cubic(values[y : y + height + 4, x : x + width + 4])
    assert np.array_equal(crop, full[4 * y : 4 * (y + height), 4 * x : 4 * (x + width)])


def test_averaging_by_whole_numbers_is_the_mean_of_blocks() -> None:
    values = noise(24, 36)
    rows, columns = taps(0, 6, factor=4, length=24), taps(0, 12, factor=3, length=36)
    expected = values.reshape(6, 4, 12, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resample(values, rows=rows, columns=columns), expected, atol=1e-6)


@given(factor=st.floats(1, 9), length=st.integers(30, 60))
def test_averaging_by_a_fraction_weighs_by_area(factor, length) -> None:
    values = noise(1, length)[0]
    count = int(length / factor)
    found = taps(0, count, factor=factor, length=length)
    fine = 1000
    positions = (np.arange(count)[:, None] + (np.arange(fine) + 0.5) / fine) * factor
    expected = values[np.minimum(positions.astype(int), length - 1)].mean(axis=1)
    result = (values[found.indices] * found.weights).sum(axis=1)
    np.testing.assert_allclose(result, expected, atol=0.02)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-6)


def test_an_output_pixel_over_the_edge_averages_only_what_exists() -> None:
    values = np.array([[0.0, 0, 0, 0, 1.0]], np.float32).repeat(4, axis=0)
    columns, rows = taps(0, 2, factor=4, length=5), taps(0, 1, factor=4, length=4)
    np.testing.assert_array_equal(resample(values, rows=rows, columns=columns), [[0, 1]])


def test_finer_grids_interpolate_between_pixel_centres() -> None:
    found = taps(0, 8, factor=0.5, length=4)
    values = np.array([0, 1, 2, 3], np.float32)
    result = (values[found.indices] * found.weights).sum(axis=1)
    np.testing.assert_allclose(result, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.3, 2.0, 7.9])
@given(begin=st.integers(0, 20), count=st.integers(1, 10))
def test_a_block_gives_the_same_bits_as_the_whole(factor, begin, count) -> None:
    values = noise(300, 5, seed=2)
    columns = taps(0, 5, factor=1.0, length=5)
    whole = resample(values, rows=taps(0, 36, factor=factor, length=300), columns=columns)
    rows = taps(begin, begin + count, factor=factor, length=300)
    block = resample(values[rows.begin : rows.end], rows=rows, columns=columns)
    assert np.array_equal(block, whole[begin : begin + count])


def test_numbers_are_repeated_four_times() -> None:
    assert enlarge_nearest(np.array([[1, 2]])).tolist() == [[1, 1, 1, 1, 2, 2, 2, 2]] * 4
