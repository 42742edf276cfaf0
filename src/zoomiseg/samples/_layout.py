"""The map of a generated slide: where tissue, tumour, fat and the rest lie, an eighth of its size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from . import _steady as steady
from ._noise import FloatArray, band_noise, cloud_noise
from ._style import Style

STEP_PX = 8
"""Side of a map pixel in pixels of the slide."""
UNIT_PX = 16384
"""Larger slides repeat with this period."""
_FAR_PX = 2000.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields over one period of the slide; value (r, c) is that of its pixel ((c + .5) * 8, (r + .5) * 8).

    Signed distances are in slide pixels, positive inside.

    Args:
        tissue: Signed distance to the tissue's outline.
        bulk: Signed distance to the front of the tumour's territory.
        nests: Above 0 in solid nests.
        flow: (2, H, W) displacement of the fibres' coordinates; along a fibre the second one is constant.
        fat, muscle, necrosis: Signed distances.
        lymphoid: Density of lymphocytes, 0 to 1.
        loose: From dense collagen, 0, to loose connective tissue, 1.
        cellular: Density of stromal cells, 0 to 1.
        thickness: Factor on everything's density.
        tone: Factor on haematoxylin alone.
        pink: Factor on the stroma's eosin.
    """

    tissue: FloatArray
    bulk: FloatArray
    nests: FloatArray
    flow: FloatArray
    fat: FloatArray
    muscle: FloatArray
    necrosis: FloatArray
    lymphoid: FloatArray
    loose: FloatArray
    cellular: FloatArray
    thickness: FloatArray
    tone: FloatArray
    pink: FloatArray

    @property
    def width(self) -> int:
        return int(self.tissue.shape[1]) * STEP_PX

    @property
    def height(self) -> int:
        return int(self.tissue.shape[0]) * STEP_PX

    def at(self, field: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return a field at places (slide pixels, 1-d), bilinear, repeating."""
        half = np.float32(0.5)
        return steady.between(field, x / np.float32(STEP_PX) - half, y / np.float32(STEP_PX) - half)


def lay_out(width: int, height: int, *, seed: int, style: Style) -> Layout:
    """Draw the map of a slide of (width, height) pixels."""
    rows, columns = (-(-min(length, UNIT_PX) // STEP_PX) for length in (height, width))
    shape = rows, columns
    rng = np.random.default_rng((seed, 1))
    tissue = _outline(rng, shape)
    flow = _flow(rng, shape)
    size = min(max(min(rows, columns), 1), 1024)
    bulk = _region(cloud_noise(rng, shape, 0.7 * size, slope=2.4), tissue > 200 / STEP_PX, style.bulk)
    nests = _nests(rng, flow, bulk, style)
    away = (bulk < -160) & (tissue > 60)
    fat = _region(cloud_noise(rng, shape, 0.4 * size, slope=2.2), away & (tissue > 100), style.fat)
    muscle = _region(cloud_noise(rng, shape, 0.35 * size, slope=2.2), away & (fat < -60), style.muscle)
    necrosis = _region(cloud_noise(rng, shape, 110, slope=2.0) + 0.2 * nests, bulk > 150, style.necrosis)
    lymphoid = _lymphoid(rng, bulk, (tissue > 80) & (fat < -20), style.lymphocytes)
    return Layout(
        tissue=tissue,
        bulk=bulk,
        nests=np.where(necrosis > -10, np.float32(-1), nests),
        flow=flow,
        fat=fat,
        muscle=muscle,
        necrosis=necrosis,
        lymphoid=lymphoid,
        loose=_sigmoid(cloud_noise(rng, shape, 150, slope=1.6) * 1.8 - 0.4),
        cellular=_sigmoid(
            cloud_noise(rng, shape, 90, slope=1.4) * 1.5 + steady.exp(-np.abs(bulk) / 300) * 1.2 - 1.0
        ),
        thickness=1 + 0.09 * cloud_noise(rng, shape, 250, slope=1.5),
        pink=steady.exp(0.2 * cloud_noise(rng, shape, 70, slope=1.2)),
        tone=steady.exp(0.22 * cloud_noise(rng, shape, 300, slope=2.0)),
    )


def _outline(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return the signed distance to the outline of one piece of tissue, somewhat ragged."""
    rows, columns = shape
    y = np.abs(np.linspace(-1, 1, rows, dtype=np.float32))[:, None]
    x = np.abs(np.linspace(-1, 1, columns, dtype=np.float32))[None, :]
    power = float(rng.uniform(2.4, 4.0))
    radius = steady.power(steady.power(x, power) + steady.power(y, power), 1 / power)
    side = min(shape)
    wobble = 0.11 * cloud_noise(rng, shape, 0.6 * side, slope=2.6) + 0.006 * cloud_noise(
        rng, shape, 40, slope=2.2
    )
    return signed_distance(radius + wobble < 0.93)


def _flow(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    fields = [
        230 * cloud_noise(rng, shape, 190, slope=2.6) + 22 * cloud_noise(rng, shape, 40, slope=2.2)
        for _ in range(2)
    ]
    return np.stack(fields)


def _region(noise: FloatArray, allowed: NDArray[np.bool_], share: float) -> FloatArray:
    """Return the signed distance to a region that takes a share of what is allowed."""
    if share <= 0 or not allowed.any():
        return np.full(noise.shape, -_FAR_PX, np.float32)
    smooth = steady.blurred(noise, 2.0)
    return signed_distance((smooth > np.quantile(smooth[allowed], 1 - share)) & allowed)


def _nests(rng: np.random.Generator, flow: FloatArray, bulk: FloatArray, style: Style) -> FloatArray:
    """Return a field above 0 in nests, which lie along the fibres and thin out at the front."""
    rows, columns = bulk.shape
    width = style.nest_width_px / STEP_PX
    # Drawn in the fibres' coordinates and stretched along them; the tile's width keeps the period whole.
    tile = band_noise(rng, (rows, max(round(columns / style.nest_stretch), 16)), width, spread=0.32)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    u, v = (x + flow[0] / STEP_PX) * np.float32(tile.shape[1] / columns), y + flow[1] / STEP_PX
    pattern = steady.between(tile, u, v) + 0.35 * band_noise(rng, bulk.shape, max(width / 2, 5.0))
    inside = bulk > 0
    if style.nests <= 0 or not inside.any():
        return np.full(bulk.shape, -1, np.float32)
    pattern = pattern - np.quantile(pattern[inside], 1 - style.nests)
    # The front is not a line: nests thin out over the last 150 µm and a few lie before it.
    fade = np.clip((150 - bulk) / 300, 0, 4)
    return np.asarray(np.where(bulk < -250, -1, pattern - fade), np.float32)


def _lymphoid(
    rng: np.random.Generator, bulk: FloatArray, allowed: NDArray[np.bool_], share: float
) -> FloatArray:
    nearness = (bulk + 150) / 350
    near = steady.exp(-nearness * nearness) * 1.1
    field = cloud_noise(rng, bulk.shape, 70, slope=1.9) + near
    if not allowed.any() or share <= 0:
        return np.zeros(bulk.shape, np.float32)
    level = np.quantile(field[allowed], 1 - share)
    return np.asarray(
        _sigmoid((field - level) * 3.5) * allowed * np.clip(1 - np.maximum(bulk, 0) / 400, 0.15, 1),
        np.float32,
    )


def _sigmoid(values: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + steady.exp(-values)), np.float32)


def signed_distance(mask: NDArray[np.bool_]) -> FloatArray:
    """Return the distance to a mask's border in slide pixels, positive inside, at most 2000."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    # Without a border anywhere, OpenCV says the largest float.
    most = np.float32(_FAR_PX / STEP_PX)
    distance = np.where(mask, np.minimum(inside - 0.5, most), np.maximum(0.5 - outside, -most))
    return np.asarray(distance * STEP_PX, np.float32)
