"""What preparing and scanning add: folds, pen marks, dust, regions out of focus."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ._layout import STEP_PX, Layout
from ._noise import FloatArray, cloud_noise

_INKS = ((1.3, 0.75, 0.12), (1.2, 0.35, 0.95), (1.3, 1.2, 1.1), (0.15, 1.1, 1.0))
"""Optical densities of blue, green, black and red felt pens."""


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Fields over one period of the slide, as in `Layout`.

    Args:
        fold: Extra layers of tissue, 0 to about 1.2.
        pen: Cover of ink, 0 to 1.
        ink: Optical density of the ink.
        defocus: Share of the blurred image, 0 to 1.
        dust: (N, 3) middle and radius of specks, in slide pixels.
    """

    fold: FloatArray
    pen: FloatArray
    ink: tuple[float, float, float]
    defocus: FloatArray
    dust: FloatArray


def artefacts(layout: Layout, *, seed: int) -> Artefacts:
    """Draw the artefacts of one slide."""
    rng = np.random.default_rng((seed, 4))
    shape = layout.tissue.shape
    fold: FloatArray = np.zeros(shape, np.float32)
    for _ in range(int(rng.poisson(0.9))):
        width = float(rng.uniform(18, 55)) / STEP_PX
        fold = np.maximum(
            fold, float(rng.uniform(0.5, 1.1)) * np.clip(2 - 2 * _curve(rng, shape) / width, 0, 1)
        )
    pen: FloatArray = np.zeros(shape, np.float32)
    if rng.random() < 0.4:
        width = float(rng.uniform(90, 220)) / STEP_PX
        streaks = 1 + 0.18 * cloud_noise(rng, shape, 30, slope=1.2)
        edge = _curve(rng, shape, outside=True) + 1.5 * cloud_noise(rng, shape, 60, slope=1.6)
        pen = np.clip((width - edge) / 2.0, 0, 1) * streaks * float(rng.uniform(0.45, 0.85))
    blurred = cloud_noise(rng, shape, 240, slope=2.4)
    level = float(np.quantile(blurred, rng.choice([0.88, 0.95, 1.0])))
    count = int(rng.poisson(0.6 * layout.width * layout.height / 1e6))
    dust = np.stack(
        [
            rng.random(count) * layout.width,
            rng.random(count) * layout.height,
            np.exp(rng.normal(0.9, 0.5, count)),
        ],
        axis=1,
    )
    return Artefacts(
        fold=np.asarray(fold * (layout.tissue > 20), np.float32),
        pen=np.asarray(pen, np.float32),
        ink=_INKS[int(rng.integers(len(_INKS)))],
        defocus=np.asarray(np.clip((blurred - level) * 2.5, 0, 1), np.float32),
        dust=dust.astype(np.float32),
    )


def _curve(rng: np.random.Generator, shape: tuple[int, int], *, outside: bool = False) -> FloatArray:
    """Return each map pixel's distance, in map pixels, to a random smooth curve."""
    rows, columns = shape
    start = rng.uniform(0.15, 0.85, 2) * (columns, rows)
    if outside:
        # A pen goes round what it marks, mostly on the glass.
        side = rng.integers(4)
        start = np.array([(0.04, 0.96, 0.5, 0.5)[side] * columns, (0.5, 0.5, 0.04, 0.96)[side] * rows])
    angle = float(rng.uniform(0, 2 * np.pi))
    if outside:
        angle = float(np.pi / 2 if side < 2 else 0) + float(rng.normal(0, 0.2))
    length = float(rng.uniform(0.2, 0.7)) * min(shape)
    bend = np.cumsum(rng.normal(0, 0.09, 40)) + angle
    steps = np.stack([np.cos(bend), np.sin(bend)], axis=1) * length / 40
    points = start + np.cumsum(steps, axis=0) - steps.sum(axis=0) / 2
    canvas = np.ones(shape, np.uint8)
    cv2.polylines(canvas, [np.round(points).astype(np.int32)], False, 0, 1)
    return np.asarray(cv2.distanceTransform(canvas, cv2.DIST_L2, 5), np.float32)
