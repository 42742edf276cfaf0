"""What decides where something lies is the same on every processor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from scipy.interpolate import RegularGridInterpolator

from zoomiseg.geometry import Box
from zoomiseg.samples import Specimen
from zoomiseg.samples import _steady as steady

SIZE = 1280
STYLES = ("strands", "glands")
LAST_BITS = 64
"""Units in the last place by which a function is made wrong: NumPy allows 4, which would show more rarely."""
DIGEST = """
import hashlib, sys
from zoomiseg.geometry import Box
from zoomiseg.samples import Specimen
for style in sys.argv[1:]:
    kind = Specimen({size}, {size}, seed=3, style=style).read(Box(0, 0, {size}, {size})).kind
    print(hashlib.sha256((kind == 1).tobytes()).hexdigest())
"""


def inexact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function as another processor computes it: a few last bits wrong, at random."""
    rng = np.random.default_rng(8)

    def computed(*values: Any, **options: Any) -> Any:
        exact = np.asarray(function(*values, **options))
        wrong = rng.integers(-LAST_BITS, LAST_BITS + 1, exact.shape).astype(exact.dtype)
        return exact + wrong * np.spacing(np.abs(exact))

    return computed


def truth_of(style: str) -> np.ndarray:
    return Specimen(SIZE, SIZE, seed=3, style=style).read(Box(0, 0, SIZE, SIZE)).kind == 1


@pytest.mark.parametrize("style", STYLES)
def test_last_bits_of_fast_functions_change_no_pixel_of_a_truth(monkeypatch, style):
    exact = truth_of(style)
    assert 0.02 < exact.mean() < 0.6
    for name in ("exp", "log", "cos", "sin", "arctan2", "hypot", "power"):
        monkeypatch.setattr(np, name, inexact(getattr(np, name)))
    np.testing.assert_array_equal(truth_of(style), exact)


def test_a_processor_without_wide_vectors_draws_the_same_truth():
    script = DIGEST.format(size=SIZE)
    wide = "X86_V3 X86_V4"
    plain = {"NPY_DISABLE_CPU_FEATURES": wide, "OPENCV_CPU_DISABLE": "AVX2,FP16,AVX512_SKX"}
    answers = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, *STYLES],
            env=os.environ | changed,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for changed in ({}, plain)
    ]
    assert len(answers[0].split()) == len(STYLES)
    assert answers[0] == answers[1]


def test_places_between_pixels_are_weighted_means_and_repeat():
    rng = np.random.default_rng(1)
    field = rng.random((6, 9), np.float32)
    column, row = rng.uniform(0, 8, 50).astype(np.float32), rng.uniform(0, 5, 50).astype(np.float32)
    expected = RegularGridInterpolator((np.arange(6), np.arange(9)), field)(np.stack([row, column], axis=1))
    np.testing.assert_allclose(steady.between(field, column, row), expected, atol=1e-6)
    again = steady.between(field, column - np.float32(18), row + np.float32(12))
    np.testing.assert_allclose(again, expected, atol=1e-5)


def test_functions_are_those_of_double_precision_to_the_last_bit_of_single():
    values = np.linspace(-3, 3, 101, dtype=np.float32)
    exact = values.astype(np.longdouble)
    for found, expected in (
        (steady.exp(values), np.exp(exact)),
        (steady.cosine(values), np.cos(exact)),
        (steady.sine(values), np.sin(exact)),
        (steady.direction(values, values[::-1]), np.arctan2(exact[::-1], exact)),
        (steady.length(values, 2 * values), np.sqrt(5 * exact**2)),
        (steady.power(np.abs(values), 1.3), np.abs(exact) ** np.longdouble(1.3)),
        (steady.log(np.abs(values) + 1), np.log((np.abs(values) + 1).astype(np.longdouble))),
    ):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected.astype(np.float32))


@pytest.mark.parametrize("shape", [(40, 31), (5, 3), (1, 1)])
def test_smoothing_is_scipys_gaussian(shape):
    field = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    expected = ndimage.gaussian_filter(field.astype(np.float64), 2.0, mode="mirror")
    np.testing.assert_allclose(steady.blurred(field, 2.0), expected, rtol=1e-6, atol=1e-7)


def test_turning_by_a_quarter_swaps_the_axes():
    turned = steady.turned([1.0, 0.0], [0.0, 2.0], np.pi / 2)
    np.testing.assert_allclose(turned, [[0, 1], [-2, 0]], atol=1e-6)
