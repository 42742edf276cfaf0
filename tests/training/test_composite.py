"""Tissues joined along a shape."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from zoomiseg.training import _composite
from zoomiseg.training._composite import composite, matched_colour, random_shape
from zoomiseg.training._library import Piece


class FlatTissues:
    """A library whose textures are of one grey each, another every time."""

    def __init__(self):
        self.drawn = 0

    def texture(self, rng, mpp, size):
        self.drawn += 1
        return np.full((size, size, 3), 50 * self.drawn, np.uint8)

    def piece(self, rng, mpp, *, limit):
        mask = np.zeros((20, 30), bool)
        mask[4:16, 5:20] = True
        return Piece(np.zeros((20, 30, 3), np.uint8), mask, "")


def deep_inside(region):
    return ndimage.binary_erosion(region, iterations=9)


def test_the_target_is_one_of_the_joined_tissues(monkeypatch):
    monkeypatch.setattr(_composite, "_COLOUR_MATCHED", 0.0)
    for seed in range(25):
        image, target = composite(np.random.default_rng(seed), FlatTissues(), 1.0, 64)
        inside, outside = (set(np.unique(image[deep_inside(part)])) for part in (target, ~target))
        assert not inside & outside


def test_the_newest_tissue_and_the_rest_are_the_target_alike_often(monkeypatch):
    monkeypatch.setattr(_composite, "_COLOUR_MATCHED", 0.0)
    newest = []
    for seed in range(150):
        image, target = composite(np.random.default_rng(seed), FlatTissues(), 1.0, 48)
        # Each tissue is brighter than those before it.
        newest.append(image[target].mean() > image[~target].mean())
    assert np.mean(newest) == pytest.approx(0.5, abs=0.13)


def test_colours_that_are_matched_leave_flat_tissues_alike(monkeypatch):
    monkeypatch.setattr(_composite, "_COLOUR_MATCHED", 1.0)
    image, _ = composite(np.random.default_rng(1), FlatTissues(), 1.0, 32)
    assert np.abs(image.astype(int) - 50).max() <= 1


def test_matched_densities_have_the_references_mean_and_deviation():
    rng = np.random.default_rng(1)
    image = np.clip(rng.normal([180, 120, 160], 8, (50, 60, 3)), 1, 255).astype(np.uint8)
    reference = np.clip(rng.normal([120, 80, 140], 10, (30, 20, 3)), 1, 255).astype(np.uint8)
    found, wanted = (
        -np.log(array.astype(float) / 255) for array in (matched_colour(image, reference), reference)
    )
    assert found.mean(axis=(0, 1)) == pytest.approx(wanted.mean(axis=(0, 1)), abs=0.01)
    assert found.std(axis=(0, 1)) == pytest.approx(wanted.std(axis=(0, 1)), rel=0.06)


def test_an_image_matched_to_itself_stays_to_one_grey_level():
    image = np.random.default_rng(2).integers(20, 250, (16, 16, 3), np.uint8)
    assert np.abs(matched_colour(image, image).astype(int) - image).max() <= 1


def test_a_random_shape_covers_a_tenth_to_seven_tenths():
    shares = [random_shape(np.random.default_rng(seed), 64).mean() for seed in range(150)]
    assert min(shares) >= 0.099
    assert max(shares) <= 0.701
    # A uniform share between the bounds has the mean 0.4.
    assert np.mean(shares) == pytest.approx(0.4, abs=0.05)


def test_a_random_shape_has_far_fewer_edges_than_noise_of_the_same_share():
    for seed in range(20):
        shape = random_shape(np.random.default_rng(seed), 256)
        edges = np.mean(np.diff(shape, axis=0)) + np.mean(np.diff(shape, axis=1))
        assert edges < 0.4 * 4 * shape.mean() * (1 - shape.mean())
