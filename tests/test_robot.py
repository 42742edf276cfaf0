"""The simulated user against brute force and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt

from zoomiseg.robot import iou, jittered_click, next_click, squared_distance

masks = arrays(bool, (13, 17), elements=st.booleans())


@given(
    region=arrays(
        bool,
        st.tuples(st.integers(1, 25), st.integers(1, 25)),
        elements=st.sampled_from([True] * 5 + [False]),
    )
)
def test_distances_are_scipys(region: np.ndarray) -> None:
    expected = distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1] ** 2
    np.testing.assert_array_equal(squared_distance(region), np.rint(expected).astype(int))


def test_distances_are_exact_in_a_whole_patch() -> None:
    region = np.ones((1024, 1024), bool)
    row, column = np.indices(region.shape)
    edge = np.minimum.reduce([row + 1, column + 1, 1024 - row, 1024 - column])
    np.testing.assert_array_equal(squared_distance(region), edge**2)


def brute_force(
    prediction: np.ndarray, truth: np.ndarray, clicked: set[tuple[int, int]]
) -> tuple[int, int, int] | None:
    best: tuple[float, int, int, int] | None = None
    # Ties are negative, then raster order: so negative first, and only a larger disk replaces.
    for label, region in ((-1, prediction & ~truth), (1, truth & ~prediction)):
        padded = np.pad(region, 1)
        outside = np.argwhere(~padded) - 1
        for row, column in np.argwhere(region):
            if (int(column), int(row)) in clicked:
                continue
            distance = ((outside - (row, column)) ** 2).sum(axis=1).min()
            if best is None or distance > best[0]:
                best = (distance, int(column), int(row), label)
    return best[1:] if best else None


@given(
    prediction=masks,
    truth=masks,
    clicked=st.sets(st.tuples(st.integers(0, 16), st.integers(0, 12)), max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_the_next_click_is_the_one_found_by_brute_force(
    prediction: np.ndarray, truth: np.ndarray, clicked: set[tuple[int, int]]
) -> None:
    click = next_click(prediction, truth, clicked=clicked)
    found = (click.column, click.row, click.label) if click else None
    assert found == brute_force(prediction, truth, clicked)


def test_the_first_click_hits_the_middle_of_the_largest_part() -> None:
    truth = np.zeros((40, 60), bool)
    truth[3:8, 3:8] = True
    truth[10:31, 20:41] = True
    click = next_click(np.zeros_like(truth), truth)
    assert click is not None
    assert (click.column, click.row, click.label, click.radius_px) == (30, 20, 1, 11.0)


def test_outside_the_slide_nothing_is_wrong() -> None:
    truth = np.zeros((10, 10), bool)
    prediction = np.zeros((10, 10), bool)
    prediction[:, 6:] = True
    valid = np.zeros((10, 10), bool)
    valid[:, :6] = True
    assert next_click(prediction, truth, valid=valid) is None
    assert iou(prediction, truth, valid=valid) == 1.0


def test_the_edge_of_the_slide_bounds_the_error() -> None:
    truth = np.ones((9, 30), bool)
    valid = np.zeros((9, 30), bool)
    valid[:, :9] = True
    click = next_click(np.zeros_like(truth), truth, valid=valid)
    assert click is not None
    assert (click.column, click.row) == (4, 4)


def test_nothing_wrong_is_no_click() -> None:
    truth = np.eye(5, dtype=bool)
    assert next_click(truth, truth) is None


def test_a_single_wrong_pixel_is_clicked_once() -> None:
    truth = np.zeros((5, 5), bool)
    truth[2, 3] = True
    assert next_click(np.zeros_like(truth), truth, clicked=[(3, 2)]) is None


@given(one=masks, other=masks)
def test_iou_is_that_of_the_sets(one: np.ndarray, other: np.ndarray) -> None:
    first, second = set(map(tuple, np.argwhere(one))), set(map(tuple, np.argwhere(other)))
    union = first | second
    assert iou(one, other) == pytest.approx(len(first & second) / len(union) if union else 1.0)


@given(
    prediction=masks,
    truth=masks,
    clicked=st.sets(st.tuples(st.integers(0, 16), st.integers(0, 12)), max_size=6),
    valid=masks,
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_a_jittered_click_answers_the_same_error_as_the_exact_one(
    prediction: np.ndarray, truth: np.ndarray, clicked: set[tuple[int, int]], valid: np.ndarray, seed: int
) -> None:
    exact = next_click(prediction, truth, clicked=clicked, valid=valid)
    rng = np.random.default_rng(seed)
    jittered = jittered_click(prediction, truth, rng=rng, clicked=clicked, valid=valid)
    assert (jittered is None) == (exact is None)
    if jittered is not None and exact is not None:
        place = jittered.row, jittered.column
        assert (jittered.label, jittered.radius_px) == (exact.label, exact.radius_px)
        assert truth[place] == (jittered.label > 0) != prediction[place]
        assert valid[place]
        assert (jittered.column, jittered.row) not in clicked


def test_jitter_is_a_quarter_of_the_inscribed_radius_about_the_robots_place() -> None:
    truth = np.zeros((201, 241), bool)
    truth[20:181, 20:181] = True
    nothing, rng = np.zeros_like(truth), np.random.default_rng(1)
    clicks = [jittered_click(nothing, truth, rng=rng) for _ in range(400)]
    places = np.array([(click.column, click.row) for click in clicks if click])
    exact = next_click(nothing, truth)
    assert exact is not None
    assert (exact.column, exact.row, exact.radius_px) == (100, 100, 81.0)
    # Standard errors of mean and deviation are 1.0 and 0.7.
    assert places.mean(axis=0) == pytest.approx((100, 100), abs=4)
    assert places.std(axis=0) == pytest.approx((81 / 4, 81 / 4), abs=3)


def test_a_jittered_click_that_misses_the_error_is_drawn_again() -> None:
    # A line one pixel thick: one draw in twenty falls beside it.
    truth = np.zeros((9, 41), bool)
    truth[4] = True
    rng = np.random.default_rng(2)
    clicks = [jittered_click(np.zeros_like(truth), truth, rng=rng) for _ in range(300)]
    assert {click.row for click in clicks if click} == {4}
    assert None not in clicks


def test_jitter_is_decided_by_its_generator() -> None:
    truth = np.ones((60, 60), bool)
    first, again, other = (
        jittered_click(~truth, truth, rng=np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert first == again != other
