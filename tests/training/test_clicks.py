"""The law of simulated clicks, counted over many draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, stats

from zoomiseg.training._clicks import correcting_click, first_clicks

SQUARE = np.zeros((40, 40), bool)
SQUARE[10:30, 10:30] = True
NEIGHBOURS = np.ones((3, 3))


def draws(count: int, target=SQUARE, *, single: float = 0.0, seed: int = 1):
    rng = np.random.default_rng(seed)
    return [first_clicks(rng, target, single=single) for _ in range(count)]


def decaying(most: int) -> np.ndarray:
    weight = 0.8 ** np.arange(most + 1)
    return weight / weight.sum()


@pytest.mark.parametrize(("label", "least", "most"), [(1, 1, 23), (-1, 0, 24)])
def test_the_number_of_first_clicks_falls_by_a_fifth_from_one_to_the_next(label, least, most):
    numbers = [sum(point[2] == label for point in points) - least for points in draws(2500)]
    assert min(numbers) >= 0
    assert max(numbers) <= most
    observed = np.bincount(numbers, minlength=most + 1)
    expected = 2500 * decaying(most)
    few = expected < 10
    pooled = [np.append(counts[~few], counts[few].sum()) for counts in (observed, expected)]
    assert stats.chisquare(*pooled).pvalue > 1e-3


def test_positive_clicks_lie_in_the_target_and_negative_ones_outside():
    for points in draws(200):
        for column, row, label in points:
            assert SQUARE[row, column] == (label == 1)


def test_nine_in_ten_samples_click_in_the_target_eroded_three_times():
    core = ndimage.binary_erosion(SQUARE, NEIGHBOURS, iterations=3)
    found = np.mean([core[row, column] for ((column, row, _),) in draws(3000, single=1.0)])
    assert found == pytest.approx(0.9 + 0.1 * core.sum() / SQUARE.sum(), abs=0.015)


@pytest.mark.parametrize(("size", "kept"), [((9, 9), False), ((9, 10), True)])
def test_a_core_of_ten_pixels_or_fewer_is_not_kept(size, kept):
    target = np.zeros((30, 30), bool)
    target[10 : 10 + size[0], 10 : 10 + size[1]] = True
    core = ndimage.binary_erosion(target, NEIGHBOURS, iterations=3)
    assert core.sum() == (12 if kept else 9)
    inside = core.sum() / target.sum()
    expected = 0.9 + 0.1 * inside if kept else inside
    found = np.mean([core[row, column] for ((column, row, _),) in draws(2000, target, single=1.0)])
    assert found == pytest.approx(expected, abs=0.035)


def test_a_core_stops_at_the_image_border_as_at_the_targets():
    core = np.pad(np.ones((14, 14), bool), 3)
    found = np.mean([core[row, column] for ((column, row, _),) in draws(2000, core | True, single=1.0)])
    assert found == pytest.approx(0.9 + 0.1 * core.mean(), abs=0.02)


def test_half_of_the_negative_clicks_lie_in_a_border_a_tenth_of_the_targets_side_wide():
    border = ndimage.binary_dilation(SQUARE, NEIGHBOURS, iterations=2) & ~SQUARE
    negatives = [point for points in draws(1200) for point in points if point[2] < 0]
    assert len(negatives) > 3000
    found = np.mean([border[row, column] for column, row, _ in negatives])
    assert found == pytest.approx(0.5 + 0.5 * border.sum() / (~SQUARE).sum(), abs=0.025)


def test_a_share_of_samples_starts_with_one_positive_click_alone():
    lonely = np.mean([[point[2] for point in points] == [1] for points in draws(3000, single=0.4)])
    by_chance = decaying(23)[0] * decaying(24)[0]
    assert lonely == pytest.approx(0.4 + 0.6 * by_chance, abs=0.03)


def test_a_full_target_has_no_negative_clicks_and_an_empty_one_no_positive():
    full, empty = np.ones((12, 12), bool), np.zeros((12, 12), bool)
    assert all(label == 1 for points in draws(50, full) for *_, label in points)
    assert all(label == -1 for points in draws(50, empty) for *_, label in points)
    assert draws(1, empty, single=1.0) == [[]]


def errors(missed: slice, spilt: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return a prediction and a target that differ in two squares on the diagonal."""
    target, prediction = np.zeros((40, 40), bool), np.zeros((40, 40), np.float32)
    target[missed, missed] = True
    prediction[spilt, spilt] = 1.0
    return prediction, target


@pytest.mark.parametrize(
    ("missed", "spilt", "label"),
    [
        (slice(2, 12), slice(20, 27), 1),
        (slice(2, 9), slice(20, 30), -1),
        (slice(2, 9), slice(20, 27), -1),
    ],
    ids=["more missed", "more spilt", "as much of both"],
)
def test_the_sign_answers_the_error_with_the_larger_disk(missed, spilt, label):
    prediction, target = errors(missed, spilt)
    assert correcting_click(np.random.default_rng(1), prediction, target)[2] == label


def test_a_long_thin_error_weighs_less_than_a_small_round_one():
    prediction, target = errors(slice(2, 9), slice(0, 0))
    prediction[36:38, :] = 1.0
    assert prediction.sum() > target.sum()
    assert correcting_click(np.random.default_rng(1), prediction, target)[2] == 1


def test_the_click_is_drawn_evenly_from_what_is_deeper_than_half_the_disk():
    _, target = errors(slice(2, 16), slice(0, 0))
    target[4:9, 15:25] = True
    depth = ndimage.distance_transform_edt(np.pad(target, 1))[1:-1, 1:-1]
    deep = depth > depth.max() / 2
    rng, nothing = np.random.default_rng(1), np.zeros((40, 40), np.float32)
    counts = np.zeros((40, 40), int)
    for _ in range(2000):
        column, row, _ = correcting_click(rng, nothing, target)
        counts[row, column] += 1
    assert not counts[~deep].any()
    assert stats.chisquare(counts[deep]).pvalue > 1e-3


def test_there_is_no_click_where_nothing_is_wrong():
    assert correcting_click(np.random.default_rng(1), SQUARE.astype(np.float32), SQUARE) is None


def test_a_probability_at_the_threshold_is_no_error_of_either_kind():
    undecided = np.full((40, 40), 0.49, np.float32)
    # 0.49 in single precision is a little below.
    assert correcting_click(np.random.default_rng(1), np.nextafter(undecided, 1), ~SQUARE)[2] == -1
    assert correcting_click(np.random.default_rng(1), undecided, np.zeros((40, 40), bool)) is None
