"""What stain, sharpness and compression may change, and what not."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.training import _augment
from zoomiseg.training._augment import augment

IMAGE = np.random.default_rng(1).integers(20, 236, (24, 32, 3), np.uint8)


class Still:
    """A generator that leaves every stain as it is and never chooses to blur or compress."""

    def normal(self, mean, deviation, shape=()):
        return np.full(shape, mean, np.float64)

    def uniform(self, low, high):
        return 1.0

    def random(self):
        return 0.999


def test_the_input_stays_as_it_is():
    image = IMAGE.copy()
    for seed in range(30):
        augment(np.random.default_rng(seed), image)
    np.testing.assert_array_equal(image, IMAGE)


def test_the_result_is_an_image_of_the_same_size():
    for seed in range(30):
        result = augment(np.random.default_rng(seed), IMAGE)
        assert (result.shape, result.dtype) == (IMAGE.shape, np.uint8)


def test_the_generator_alone_decides():
    first, second = (augment(np.random.default_rng(3), IMAGE) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (augment(np.random.default_rng(4), IMAGE) != first).any()


def test_without_variation_an_image_comes_back_to_one_grey_level():
    assert np.abs(augment(Still(), IMAGE).astype(int) - IMAGE).max() <= 1


def test_stains_vary_around_the_images_own():
    purple = np.full((8, 8, 3), [150, 80, 150], np.uint8)
    means = np.array([augment(np.random.default_rng(seed), purple).mean(axis=(0, 1)) for seed in range(200)])
    assert means.mean(axis=0) == pytest.approx([150, 80, 150], abs=12)
    assert (means.std(axis=0) > 5).all()


def test_blur_is_the_share_of_blurred_images_and_a_fifth_of_the_rest_is_sharpened(monkeypatch):
    sigmas = []
    monkeypatch.setattr(_augment, "_blurred", lambda image, sigma_px: sigmas.append(sigma_px) or image)

    def used(blur):
        sigmas.clear()
        for seed in range(300):
            augment(np.random.default_rng(seed), IMAGE[:4, :4], blur=blur)
        return len(sigmas) / 300

    assert used(1.0) == 1.0
    assert min(sigmas) >= 0.4
    assert max(sigmas) <= 1.8
    assert used(0.0) == pytest.approx(0.2, abs=0.07)
    assert set(sigmas) == {1.5}
    assert used(0.5) == pytest.approx(0.5 + 0.5 * 0.2, abs=0.09)
