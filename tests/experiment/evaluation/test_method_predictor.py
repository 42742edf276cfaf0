from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment import Baseline, GrabCut
from zoomiseg.experiment.evaluation import MethodPredictor, method_pair
from zoomiseg.geometry import Box, Click, PatchFrame, grids_of
from zoomiseg.predict import Patch


class Noted:
    """Keeps what it was asked, and answers with a ramp."""

    def __init__(self):
        self.asked = []

    def predict(self, image, points, previous):
        self.asked.append((image, points, previous))
        return np.tile(np.linspace(0, 1, image.shape[1], dtype=np.float32), (image.shape[0], 1))


def patch_of(width, height):
    """A patch of 64 x 64 around a slide."""
    grid = grids_of(width, height, (0.5, 0.5)).high
    box = Box(-((64 - width) // 2), -((64 - height) // 2), 64, 64)
    frame = PatchFrame(grid, box)
    image = np.full((64, 64, 3), 255, np.uint8)
    inside = frame.inside
    image[inside.slices_in(Box(0, 0, 64, 64))] = np.arange(width, dtype=np.uint8)[None, :, None]
    return Patch(image, frame)


def test_it_sees_what_lies_on_the_slide_and_answers_nothing_outside():
    method, patch = Noted(), patch_of(40, 20)
    found = MethodPredictor(method, "noted").predict(patch, [Click(3.5, 4.5, -1)])
    ((image, points, previous),) = method.asked
    np.testing.assert_array_equal(image, patch.image[22:42, 12:52])
    assert (points, previous) == ([(3, 4, -1)], None)
    np.testing.assert_array_equal(
        found[22:42, 12:52], np.tile(np.linspace(0, 1, 40, dtype=np.float32), (20, 1))
    )
    assert np.count_nonzero(found) == 20 * 39


def test_what_is_too_large_is_shrunk_with_its_clicks_and_its_last_answer():
    method, patch = Noted(), patch_of(64, 32)
    previous = np.zeros((64, 64), np.float32)
    previous[16:48, 32:] = 1
    predictor = MethodPredictor(method, "noted", longest_px=16)
    found = predictor.predict(patch, [Click(63.5, 31.5, 1), Click(33.5, 0.5, -1)], mask_input=previous)
    ((image, points, given),) = method.asked
    assert image.shape == (8, 16, 3)
    np.testing.assert_array_equal(image[0, :, 0], np.arange(64).reshape(16, 4).mean(axis=1).round())
    assert points == [(15, 7, 1), (8, 0, -1)]
    np.testing.assert_array_equal(given, np.repeat([[0, 1]], 8, axis=1).repeat(8, axis=0).astype(np.float32))
    assert found.shape == (64, 64)
    assert found[32, 40] == pytest.approx(40 / 63, abs=0.05)


def test_grabcut_answers_as_it_does_on_the_plain_image():
    patch = patch_of(64, 64)
    clicks = [Click(50.5, 30.5, 1), Click(10.5, 30.5, -1)]
    expected = GrabCut().predict(patch.image, [(50, 30, 1), (10, 30, -1)])
    found = MethodPredictor(GrabCut(), "grabcut").predict(patch, clicks)
    np.testing.assert_array_equal(found, expected)
    assert 0 < expected.mean() < 1


def test_a_methods_pair_tells_the_file_that_its_answers_depend_on(tmp_path):
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"abc")
    plain = method_pair(Baseline(name="noted", load=Noted))
    weighted = method_pair(Baseline(name="noted", load=Noted, longest_px=16, file=weights))
    assert (plain.name, plain.weights_sha256, plain.engine) == ("noted", "0" * 64, "none")
    # SHA-256 of "abc" as FIPS 180-2 prints it.
    assert weighted.weights_sha256.startswith("ba7816bf8f01cfea414140de5dae2223")
    assert weighted.low is weighted.high
    assert plain.low.identity != weighted.low.identity
    assert weighted.low.longest_px == 16
