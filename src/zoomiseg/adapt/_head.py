"""A linear correction of a network's answer, fitted to the clicks of one patch."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from zoomiseg.predict import FloatArray

RIDGE = 0.3
"""Weight of the correction's squared coefficients against one click's loss."""
BIAS_RIDGE = 0.1 * RIDGE
AGREEMENT = 1.0
"""Weight of leaving alone, on average, what the network is sure of."""
SETTLED = 4.0
"""What all that was settled in a patch counts for, in clicks: it must not drown the clicks elsewhere."""
_STEPS = 8
_GRID = 8
_LEAST_CLICKED = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the head is fitted to, and changes.

    Args:
        features: (C, h, w) float32, what the network's last layer sees.
        logits: (h, w) float32, its answer.
        positive: (h, w) float32 in [0, 1], positive clicks' disks.
        negative: (h, w) float32 in [0, 1], negative clicks' disks.
        settled: (h, w) float32 from -1 to 1, what was settled; None where nothing was.
    """

    features: FloatArray
    logits: FloatArray
    positive: FloatArray
    negative: FloatArray
    settled: FloatArray | None = None


def correction(evidence: Evidence, *, disk_px: float) -> FloatArray:
    """Return what is to be added to the logits, (h, w) float32; zeros where nothing was clicked nor settled.

    The minimum over w, b of the logistic loss of logit + w f + b on the clicked pixels, a disk counting as
    one click however often it was clicked, + SETTLED times its mean over a grid of settled pixels,
    + RIDGE |w|^2 / 2 + BIAS_RIDGE b^2 / 2 + AGREEMENT / 2 times the mean of c (w f + b)^2 over a grid of
    pixels, c = (2 |p - 1/2|)^2 being how sure the network is. The features f are standardised over that
    grid. Found by Newton's method, which is exact to rounding here.

    Args:
        evidence: Of one patch.
        disk_px: Pixels of one click's disk.
    """
    clicked = np.maximum(evidence.positive, evidence.negative) >= _LEAST_CLICKED
    # Where both signs were clicked the pixels say nothing.
    clicked &= np.minimum(evidence.positive, evidence.negative) < _LEAST_CLICKED
    told = _told(evidence, clicked, disk_px)
    if not told.where[0].size:
        return np.zeros_like(evidence.logits)
    standard = _standard_of(evidence.features)
    coefficients = _fitted(evidence, standard, told)
    # Standardising the pixels themselves would take many times as long.
    slope = coefficients[:-1] / standard.deviation
    added: FloatArray = np.tensordot(slope.astype(np.float32), evidence.features, axes=1)
    return added + np.float32(coefficients[-1] - slope @ standard.mean)


@dataclass(frozen=True, slots=True)
class _Standard:
    """Mean and deviation of each feature, (C,) float64."""

    mean: np.ndarray
    deviation: np.ndarray

    def rows(self, features: FloatArray) -> np.ndarray:
        """Return (N, C + 1) float64 of (C, N): standardised, and a 1 for the bias."""
        scaled = (features.T.astype(np.float64) - self.mean) / self.deviation
        return np.hstack([scaled, np.ones((len(scaled), 1))])


def _standard_of(features: FloatArray) -> _Standard:
    grid = features[:, ::_GRID, ::_GRID].astype(np.float64)
    return _Standard(grid.mean(axis=(1, 2)), grid.std(axis=(1, 2)) + 1e-3)


@dataclass(frozen=True, slots=True)
class _Told:
    """Pixels that are known: (rows, columns), the sign of each and what it counts for in clicks."""

    where: tuple[np.ndarray, np.ndarray]
    sign: np.ndarray
    weight: np.ndarray


def _told(evidence: Evidence, clicked: np.ndarray, disk_px: float) -> _Told:
    rows, columns = np.nonzero(clicked)
    sign = np.where(evidence.positive[clicked] >= _LEAST_CLICKED, 1.0, -1.0)
    weight = np.full(len(sign), 1 / disk_px)
    if evidence.settled is None:
        return _Told((rows, columns), sign, weight)
    grid = evidence.settled[::_GRID, ::_GRID]
    more_rows, more_columns = np.nonzero(np.abs(grid) > _LEAST_CLICKED)
    known = grid[more_rows, more_columns]
    return _Told(
        (np.concatenate([rows, more_rows * _GRID]), np.concatenate([columns, more_columns * _GRID])),
        np.concatenate([sign, np.sign(known)]),
        np.concatenate([weight, np.full(len(known), SETTLED / max(len(known), 1))]),
    )


def _fitted(evidence: Evidence, standard: _Standard, told: _Told) -> np.ndarray:
    """Return the C coefficients and the bias, float64."""
    rows, sign, weight = standard.rows(evidence.features[:, *told.where]), told.sign, told.weight
    offset = evidence.logits[told.where].astype(np.float64)
    grid = evidence.features[:, ::_GRID, ::_GRID]
    over_grid = standard.rows(grid.reshape(len(grid), -1))
    curvature = _penalty(evidence.logits[::_GRID, ::_GRID], over_grid)
    coefficients = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        right = _sigmoid(sign * (offset + rows @ coefficients))
        gradient = curvature @ coefficients - rows.T @ (sign * (1 - right) * weight)
        hessian = curvature + (rows * (right * (1 - right) * weight)[:, None]).T @ rows
        coefficients -= np.linalg.solve(hessian, gradient)
    return coefficients


def _penalty(logits: FloatArray, rows: np.ndarray) -> np.ndarray:
    sure = (2 * np.abs(_sigmoid(logits.ravel().astype(np.float64)) - 0.5)) ** 2
    ridge = np.diag([RIDGE] * (rows.shape[1] - 1) + [BIAS_RIDGE])
    penalty: np.ndarray = ridge + AGREEMENT * (rows * (sure / len(rows))[:, None]).T @ rows
    return penalty


def _sigmoid(values: np.ndarray) -> np.ndarray:
    probability: np.ndarray = 0.5 * (1 + np.tanh(0.5 * values))
    return probability


def shrunk(values: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return (H, W) averaged over whole blocks to (h, w), `size` being (h, w)."""
    return np.asarray(cv2.resize(values, size[::-1], interpolation=cv2.INTER_AREA), np.float32)
