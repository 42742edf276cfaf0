"""GrabCut and random walker on pictures whose answer is plain."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from zoomiseg.errors import MissingExtra
from zoomiseg.experiment import GrabCut, RandomWalker

SIZE = 48
TARGET = np.zeros((SIZE, SIZE), bool)
TARGET[8:30, 10:36] = True
IMAGE = np.where(TARGET[..., None], [150, 60, 140], [235, 190, 210]).astype(np.uint8)
INSIDE, OUTSIDE = (20, 18, 1), (42, 40, -1)


def stained(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal([180, 120, 170], 12, (SIZE, SIZE, 3)).astype(np.uint8)


@pytest.mark.parametrize("method", [GrabCut, RandomWalker])
def test_two_colours_are_told_apart_exactly(method):
    probability = method().predict(IMAGE, [INSIDE, OUTSIDE])
    assert probability.dtype == np.float32
    np.testing.assert_array_equal(probability >= 0.5, TARGET)


def test_grabcut_finds_the_colour_of_a_single_positive_click():
    np.testing.assert_array_equal(GrabCut().predict(IMAGE, [INSIDE]) > 0, TARGET)


def test_grabcut_gives_nothing_before_the_first_positive_click():
    assert not GrabCut().predict(IMAGE, [OUTSIDE]).any()


def test_grabcut_answers_with_zeros_and_ones():
    assert set(np.unique(GrabCut().predict(IMAGE, [INSIDE, OUTSIDE]))) == {0.0, 1.0}


@pytest.mark.parametrize(("click", "value"), [(INSIDE, 1.0), (OUTSIDE, 0.0)])
def test_walks_from_clicks_of_one_sign_reach_every_pixel(click, value):
    np.testing.assert_array_equal(
        RandomWalker().predict(IMAGE, [click]), np.full((SIZE, SIZE), value, np.float32)
    )


def test_walks_on_an_even_image_meet_half_way():
    # By symmetry the pixels in the middle between two clicks are a coin's toss.
    plain = np.full((21, 21, 3), 120, np.uint8)
    probability = RandomWalker(radius_px=1).predict(plain, [(4, 10, 1), (16, 10, -1)])
    assert probability[:, 10] == pytest.approx(0.5, abs=0.01)
    assert probability == pytest.approx(1 - probability[:, ::-1], abs=0.01)


@pytest.mark.parametrize("method", [GrabCut, RandomWalker])
@pytest.mark.parametrize("later", [1, -1])
def test_where_disks_overlap_the_later_click_wins(method, later):
    noisy = stained(1)
    points = [(20, 20, -later), (23, 20, later)]
    found = method(radius_px=5).predict(noisy, points) >= 0.5
    # Both disks hold (22, 20); only the earlier one holds (16, 20).
    assert found[20, 22] == (later > 0)
    assert found[20, 16] == (later < 0)


@pytest.mark.parametrize("method", [GrabCut, RandomWalker])
def test_a_method_says_the_same_twice_and_spares_its_image(method):
    noisy = stained(2)
    copy = noisy.copy()
    first = method().predict(noisy, [INSIDE, OUTSIDE])
    np.testing.assert_array_equal(method().predict(noisy, [INSIDE, OUTSIDE]), first)
    np.testing.assert_array_equal(noisy, copy)


def test_without_scikit_image_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.segmentation", None)
    with pytest.raises(MissingExtra) as caught:
        RandomWalker().predict(IMAGE, [INSIDE, OUTSIDE])
    assert str(caught.value) == (
        "The random walker needs scikit-image. Install it with: pip install 'zoomiseg[baselines]'"
    )
