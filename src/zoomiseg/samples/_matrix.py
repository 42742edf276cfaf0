"""What lies between the cells: collagen, loose tissue, smooth muscle, fat, dead tissue."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ._kind import Kind
from ._layout import Layout
from ._noise import FloatArray, band_noise, cloud_noise, looked_up
from ._window import Window

_TILE = (1024, 1024)
_UNSEEN_PX = -80
"""Distance from which on no wobble of an outline reaches the window."""


class Textures:
    """Periodic tiles that everything is textured with, made once a slide.

    Args:
        seed: Of the slide.
        repeats: Whether the slide repeats: then the tiles' periods must go into its period of 16384 pixels.
            Else other periods are better, for then no pair of tiles meets again.
    """

    def __init__(self, seed: int, *, repeats: bool = False) -> None:
        fine, wide = (_TILE, _TILE) if repeats else ((1000, 1000), (960, 960))
        self.bundle_length = 16 if repeats else 12
        self._levels: dict[float, float] = {}
        rng = np.random.default_rng((seed, 3))
        self.bundle = cloud_noise(rng, _TILE, 28, slope=1.3)
        self.fibre = band_noise(rng, _TILE, 9, spread=0.7)
        self.cloud = cloud_noise(rng, _TILE, 60, slope=1.5)
        self.grain = cloud_noise(rng, _TILE, 9, slope=0.9)
        self.fine = band_noise(rng, fine, 2.6, spread=0.4)
        self.broad = band_noise(rng, _TILE, 120, spread=0.4)
        self.warp = band_noise(rng, _TILE, 34, spread=0.5), band_noise(rng, wide, 34, spread=0.5)

    def cloud_above(self, share: float) -> float:
        """Return the level that a share of the cloud tile is above; far above all of it for a share of 0."""
        if share not in self._levels:
            self._levels[share] = float(np.quantile(self.cloud, 1 - share)) if share else 9.0
        return self._levels[share]


@dataclass(slots=True)
class Canvas:
    """What is on the glass at each pixel of a window: amounts of both stains, and the kind of tissue."""

    haematoxylin: FloatArray
    eosin: FloatArray
    kind: NDArray[np.uint8]

    def part(self, rows: slice, columns: slice) -> Canvas:
        """Return a part to paint on, not a copy."""
        return Canvas(self.haematoxylin[rows, columns], self.eosin[rows, columns], self.kind[rows, columns])

    def paint(
        self, share: FloatArray, *, haematoxylin: FloatArray | float, eosin: FloatArray | float
    ) -> None:
        """Cover with other amounts, `share` (0 to 1) of each pixel."""
        self.haematoxylin += share * (haematoxylin - self.haematoxylin)
        self.eosin += share * (eosin - self.eosin)


def soft(values: FloatArray, width: float) -> FloatArray:
    """Return 0 below -width, 1 above width, and a line between."""
    return np.asarray(np.clip(values / np.float32(2 * width) + np.float32(0.5), 0, 1), np.float32)


def matrix(window: Window, layout: Layout, textures: Textures, fat_cells: FloatArray) -> Canvas:
    """Paint everything but cells, vessels and glands.

    Args:
        window: Where.
        layout: The map.
        textures: Tiles of the slide.
        fat_cells: (N, 2) middles of the fat cells in and around the window, in slide pixels.
    """
    u = window.x + window.enlarged(layout.flow[0])
    crimp = window.tiled(textures.warp[0])
    v = window.y + window.enlarged(layout.flow[1]) + 3.0 * crimp
    bundle = looked_up(textures.bundle, u / textures.bundle_length, v / 2)
    fibre = looked_up(textures.fibre, u / 8, v)
    canvas = _stroma(window, layout, textures, bundle, fibre)
    _muscle(canvas, window, layout, textures, bundle=bundle, fibre=fibre)
    _necrosis(canvas, window, layout, textures)
    _fat(canvas, window, textures, fat_cells)
    lymphoid = window.enlarged(layout.lymphoid) > 0.5
    canvas.kind[lymphoid & (canvas.kind == Kind.STROMA)] = Kind.LYMPHOID
    return canvas


def _stroma(
    window: Window, layout: Layout, textures: Textures, bundle: FloatArray, fibre: FloatArray
) -> Canvas:
    loose = window.enlarged(layout.loose)
    cloud = window.tiled(textures.cloud, shift=311)
    grain = window.tiled(textures.grain)
    weave = 0.6 * bundle + 0.55 * fibre + 0.4 * cloud + 0.25 * grain
    # Dense collagen is pink through and through; loose tissue is pale between thin fibres.
    eosin = (0.62 - 0.3 * loose) * window.enlarged(layout.pink) * (1 + (0.27 + 0.14 * loose) * weave)
    gaps = soft(-weave - (2.15 - 1.35 * loose), 0.32) * (0.55 + 0.35 * loose)
    eosin *= 1 - gaps
    # Loose tissue is watery, and mucin in it takes haematoxylin: bluish where it is much.
    haematoxylin = 0.055 + 0.24 * loose * loose + 0.03 * weave + 0.02 * grain
    haematoxylin *= 1 - gaps
    kind = np.full(window.shape, Kind.STROMA, np.uint8)
    return Canvas(np.maximum(haematoxylin, 0), np.maximum(eosin, 0), kind)


def _muscle(
    canvas: Canvas,
    window: Window,
    layout: Layout,
    textures: Textures,
    *,
    bundle: FloatArray,
    fibre: FloatArray,
) -> None:
    depth = window.enlarged(layout.muscle)
    if depth.max() < _UNSEEN_PX:
        return
    share = soft(depth + 8 * window.tiled(textures.warp[1], shift=77), 10)
    cracks = soft(-bundle - 1.5, 0.25)
    eosin = (0.78 + 0.07 * fibre + 0.05 * window.tiled(textures.grain, shift=57)) * (1 - 0.75 * cracks)
    canvas.paint(share, haematoxylin=0.1 * (1 - cracks) + 0.015 * fibre, eosin=np.asarray(eosin, np.float32))
    canvas.kind[share > 0.5] = Kind.MUSCLE


def _necrosis(canvas: Canvas, window: Window, layout: Layout, textures: Textures) -> None:
    depth = window.enlarged(layout.necrosis)
    if depth.max() < _UNSEEN_PX:
        return
    share = soft(depth + 9 * window.tiled(textures.warp[0], shift=191), 9)
    granular = window.tiled(textures.grain, shift=401)
    cloud = window.tiled(textures.cloud, shift=93)
    holes = soft(cloud + 0.8 * granular - 2.0, 0.4)
    eosin = (0.62 + 0.12 * cloud + 0.12 * granular) * (1 - 0.8 * holes)
    haematoxylin = (0.14 + 0.08 * granular * (granular > 0) + 0.05 * cloud) * (1 - 0.8 * holes)
    canvas.paint(share, haematoxylin=np.maximum(haematoxylin, 0), eosin=np.maximum(eosin, 0))
    canvas.kind[share > 0.5] = Kind.NECROSIS


def _fat(canvas: Canvas, window: Window, textures: Textures, fat_cells: FloatArray) -> None:
    """Paint fat cells: empty polygons, rounded, in thin pink membranes."""
    if not len(fat_cells):
        return
    first, second = _two_nearest(window, textures, fat_cells)
    border = np.minimum((second - first) * 0.5, 66 - first)
    inside = soft(border - 2.4, 1.0)
    membrane = np.maximum(soft(border + 1.5, 2.0) - inside, 0)
    canvas.paint(inside, haematoxylin=0.0, eosin=0.0)
    canvas.paint(membrane * 0.8, haematoxylin=0.08, eosin=0.42 + 0.1 * window.tiled(textures.grain, shift=13))
    canvas.kind[border > 0] = Kind.FAT


def _two_nearest(window: Window, textures: Textures, places: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each pixel's distance to the nearest and the second nearest place, by painting disks."""
    half = 2
    height, width = -(-window.height // half), -(-window.width // half)
    x = cv2.resize(
        window.x + 5 * window.tiled(textures.broad, shift=29), (width, height), interpolation=cv2.INTER_AREA
    )
    y = cv2.resize(
        window.y + 5 * window.tiled(textures.broad, shift=443), (width, height), interpolation=cv2.INTER_AREA
    )
    first = np.full((height, width), 200.0, np.float32)
    second = first.copy()
    reach = 100
    for place_x, place_y in places:
        column, row = int(place_x - window.left) // half, int(place_y - window.top) // half
        part = np.s_[max(row - reach, 0) : row + reach, max(column - reach, 0) : column + reach]
        if row + reach <= 0 or column + reach <= 0:
            continue
        distance = np.hypot(x[part] - place_x, y[part] - place_y)
        np.minimum(second[part], np.maximum(first[part], distance), out=second[part])
        np.minimum(first[part], distance, out=first[part])
    size = width * half, height * half
    return tuple(  # type: ignore[return-value]
        np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)[: window.height, : window.width])
        for values in (first, second)
    )
