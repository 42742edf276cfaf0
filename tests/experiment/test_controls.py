"""Shuffled labels, and the baselines on shrunk images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.experiment import GrabCut, RandomWalker, replayed_ious
from zoomiseg.experiment._controls import baseline_ious, shuffled_labels
from zoomiseg.experiment.baselines import GRABCUT, RANDOM_WALKER, Baseline

from .answers import Answers

labels = st.lists(st.sampled_from([1, -1]), max_size=10)


@given(labels=labels, seed=st.integers(0, 99))
def test_shuffling_keeps_places_and_numbers_and_changes_some_label(labels, seed):
    points = [(column, 7, label) for column, label in enumerate(labels)]
    shuffled = shuffled_labels(points, np.random.default_rng(seed))
    if len(set(labels)) < 2:
        assert shuffled is None
        return
    assert [point[:2] for point in shuffled] == [point[:2] for point in points]
    assert sorted(point[2] for point in shuffled) == sorted(labels)
    assert shuffled != points


def test_every_permutation_that_changes_something_is_as_likely():
    points = [(0, 0, 1), (1, 0, -1), (2, 0, -1), (3, 0, -1)]
    rng = np.random.default_rng(5)
    positives = [[label for *_, label in shuffled_labels(points, rng)].index(1) for _ in range(300)]
    assert np.bincount(positives) == pytest.approx([0, 100, 100, 100], abs=25)


def test_a_replay_gives_the_clicks_one_by_one_and_the_last_answer_back():
    truth = np.array([[True, True, False, False]])
    seen = []

    def method(image, points, previous):
        seen.append((list(points), previous))
        return np.array([[1.0] * len(points) + [0.0] * (4 - len(points))], np.float32)

    points = [(0, 0, 1), (1, 0, 1), (2, 0, -1)]
    ious = replayed_ious(Answers(method), np.zeros((1, 4, 3), np.uint8), truth, points)
    assert ious == (1 / 2, 1.0, 2 / 3)
    assert [given for given, _ in seen] == [points[:1], points[:2], points]
    assert seen[0][1] is None
    np.testing.assert_array_equal(seen[2][1], [[1, 1, 0, 0]])


def test_baselines_get_the_same_clicks_on_at_most_512_pixels():
    truth = np.zeros((16, 1024), bool)
    truth[4:12, 200:600] = True
    image = np.where(truth[..., None], [150, 60, 140], [235, 190, 210]).astype(np.uint8)
    clicks = [(401, 7, 1), (901, 13, -1)]
    found = baseline_ious(image, truth, clicks, [GRABCUT, RANDOM_WALKER])
    half = image[::2, ::2], truth[::2, ::2]
    points = [(200, 3, 1), (450, 6, -1)]
    assert found == {
        "grabcut": replayed_ious(GrabCut(), *half, points),
        "random-walker": replayed_ious(RandomWalker(), *half, points),
    }
    assert found["grabcut"][-1] > 0.9


def test_a_method_that_bears_any_size_gets_the_image_as_it_is():
    seen = []

    def method(image, points, previous):
        seen.append((image.shape, list(points)))
        return truth.astype(np.float32)

    truth = np.zeros((16, 1024), bool)
    truth[4:12, 200:600] = True
    own = Baseline(name="own", load=lambda: Answers(method))
    assert baseline_ious(np.zeros((16, 1024, 3), np.uint8), truth, [(401, 7, 1)], [own]) == {"own": (1.0,)}
    assert seen == [((16, 1024, 3), [(401, 7, 1)])]


def test_a_click_on_the_last_pixel_stays_in_the_shrunk_image():
    truth = np.zeros((5, 1023), bool)
    truth[:, :500] = True
    image = np.where(truth[..., None], [150, 60, 140], [235, 190, 210]).astype(np.uint8)
    found = baseline_ious(image, truth, [(100, 2, 1), (1022, 4, -1)], [GRABCUT])
    assert found["grabcut"][-1] > 0.95
