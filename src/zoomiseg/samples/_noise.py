"""Periodic random fields, white noise filtered in the frequency domain: they join at their borders."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import _steady as steady

FloatArray = NDArray[np.floating[Any]]


def band_noise(
    rng: np.random.Generator, shape: tuple[int, int], wavelength: float, *, spread: float = 0.35
) -> FloatArray:
    """Return (H, W) noise of mean 0 and deviation 1 whose features are all about one size.

    Args:
        rng: Decides everything.
        shape: (H, W); the field repeats with this period.
        wavelength: Of the features, in pixels of the field.
        spread: Deviation of the logarithm of the frequency.
    """
    frequency = _frequency(shape)
    octaves = steady.log(frequency * wavelength) / np.float32(spread)
    return _filtered(rng, shape, steady.exp(-0.5 * octaves * octaves))


def cloud_noise(
    rng: np.random.Generator, shape: tuple[int, int], wavelength: float, *, slope: float = 1.8
) -> FloatArray:
    """Return (H, W) noise of mean 0 and deviation 1 with features of all sizes up to a largest one.

    Args:
        rng: Decides everything.
        shape: (H, W); the field repeats with this period.
        wavelength: Of the largest features, in pixels of the field.
        slope: Amplitude falls with frequency to this power.
    """
    frequency = _frequency(shape) * wavelength
    falling = steady.power(np.maximum(frequency, 1e-9), -slope)
    amplitude = np.where(frequency < 1, frequency * frequency, falling)
    return _filtered(rng, shape, amplitude)


def looked_up(tile: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return a periodic tile's values at (x, y), in its own pixels, of any size and sign."""
    height, width = tile.shape
    # OpenCV wraps at the tile's border only for coordinates near it, and holds them in 16 bits.
    return np.asarray(
        cv2.remap(
            tile,
            np.mod(x, np.float32(width)),
            np.mod(y, np.float32(height)),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        ),
        np.float32,
    )


def _frequency(shape: tuple[int, int]) -> FloatArray:
    """Return the radial frequency of each bin of a real transform, in cycles a pixel, never zero."""
    rows = np.fft.fftfreq(shape[0])[:, None]
    columns = np.fft.rfftfreq(shape[1])[None, :]
    return np.maximum(steady.length(columns, rows), np.float32(1e-9))


def _filtered(rng: np.random.Generator, shape: tuple[int, int], amplitude: FloatArray) -> FloatArray:
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) * amplitude
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=shape)
    return np.asarray(field / max(np.float32(field.std()), np.float32(1e-12)), np.float32)
