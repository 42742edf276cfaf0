"""Painting cells, glands and vessels over the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ._cells import Cells
from ._glands import Gland
from ._kind import Kind
from ._matrix import Canvas, Textures, soft
from ._noise import FloatArray
from ._nuclei import Nuclei
from ._vessels import Vessel
from ._window import Window

_REACH = 1.35
"""Bodies are known out to this many radii, for the clefts around them."""
_WARP_PX = 3.2
_SHIFT = 4


@dataclass(frozen=True, kw_only=True)
class Cytoplasm:
    """Stain of one sort of cytoplasm: mean amounts, and how far neighbours differ."""

    haematoxylin: float
    eosin: float
    variation: float = 0.1


@dataclass(frozen=True, slots=True)
class Bodies:
    """Which cell each pixel belongs to.

    Args:
        first: (H, W) distance to the nearest cell's middle in its radii; below 1 is inside.
        second: The same of the second nearest.
        owner: (H, W) index of the nearest cell.
    """

    first: FloatArray
    second: FloatArray
    owner: NDArray[np.int32]

    @property
    def inside(self) -> NDArray[np.bool_]:
        return np.asarray(self.first < 1)


def bodies(window: Window, textures: Textures, population: Cells) -> Bodies:
    """Find whose body each pixel is; outlines are a little irregular."""
    x = window.x - window.left + _WARP_PX * window.tiled(textures.warp[0])
    y = window.y - window.top + _WARP_PX * window.tiled(textures.warp[1])
    first = np.full(window.shape, 9.0, np.float32)
    second = first.copy()
    owner = np.zeros(window.shape, np.int32)
    for index in np.flatnonzero(population.body_px > 0):
        centre_x, centre_y = population.x[index] - window.left, population.y[index] - window.top
        radius = population.body_px[index]
        reach = int(radius * _REACH + 3 * _WARP_PX) + 1
        part = np.s_[
            max(int(centre_y) - reach, 0) : max(int(centre_y) + reach, 0),
            max(int(centre_x) - reach, 0) : max(int(centre_x) + reach, 0),
        ]
        distance = ((x[part] - centre_x) ** 2 + (y[part] - centre_y) ** 2) * (1 / (radius * radius))
        nearest, other = first[part], second[part]
        closer = distance < nearest
        np.minimum(other, np.maximum(nearest, distance), out=other)
        np.minimum(nearest, distance, out=nearest)
        owner[part][closer] = index
    return Bodies(np.sqrt(first), np.sqrt(second), owner)


def paint_cytoplasm(
    canvas: Canvas,
    window: Window,
    textures: Textures,
    population: Cells,
    found: Bodies,
    *,
    cytoplasm: dict[int, Cytoplasm],
    cohesion: float,
) -> None:
    """Paint the bodies, the borders between them and the clefts around them; sets the kind inside."""
    if not (population.body_px > 0).any():
        return
    # Where no body is near, the owner is any cell, perhaps one without a body.
    radius = np.maximum(population.body_px[found.owner], 1)
    cover = soft((1 - found.first) * radius, 0.9)
    amount = {
        name: _by_kind(population, cytoplasm, name)[found.owner]
        for name in ("haematoxylin", "eosin", "variation")
    }
    tint = population.tint[found.owner] * amount["variation"]
    grain = window.tiled(textures.grain, shift=7)
    cloud = window.tiled(textures.cloud, shift=151)
    eosin = amount["eosin"] * (1 + tint + 0.14 * grain + 0.08 * cloud)
    haematoxylin = amount["haematoxylin"] * (1 - 0.7 * tint + 0.16 * grain + 0.1 * cloud)
    # Cells part from each other and from the stroma in places, not everywhere.
    loose = window.tiled(textures.cloud, shift=533)
    border = soft(1.0 - (found.second - found.first) * radius * 0.5, 0.7) * found.inside
    split = border * soft(loose - cohesion, 0.25)
    canvas.paint(cover, haematoxylin=haematoxylin, eosin=eosin)
    canvas.paint(split * 0.85, haematoxylin=0.0, eosin=0.05)
    canvas.paint((border - split) * 0.3, haematoxylin=0.12, eosin=0.62)
    cleft = soft((found.first - 1) * radius, 0.8) * soft((1.24 - found.first) * radius, 0.8)
    tumour = population.kind[found.owner] == Kind.TUMOUR
    canvas.paint(cleft * tumour * soft(loose - cohesion + 0.25, 0.3) * 0.85, haematoxylin=0.01, eosin=0.05)
    kinds = population.kind[found.owner]
    marked = found.inside & ((kinds == Kind.TUMOUR) | (kinds == Kind.GLAND))
    canvas.kind[marked] = kinds[marked]


def _by_kind(population: Cells, cytoplasm: dict[int, Cytoplasm], name: str) -> FloatArray:
    table = np.zeros(len(Kind), np.float32)
    for kind, look in cytoplasm.items():
        table[kind] = getattr(look, name)
    return table[population.kind]


def paint_gland_kinds(canvas: Canvas, window: Window, glands: Sequence[Gland]) -> None:
    """Give all that a gland encloses its kind: what the lining leaves open of it is still the gland."""
    for item in glands:
        whole = _polygon(window, item.outline)
        if whole is not None:
            part, mask = whole
            canvas.kind[part][mask > 0.5] = item.kind


def paint_lumens(canvas: Canvas, window: Window, textures: Textures, glands: Sequence[Gland]) -> None:
    """Empty the glands' lumens, with secretion left in some."""
    for item in glands:
        lumen = None if item.lumen is None else _polygon(window, item.lumen)
        if lumen is None:
            continue
        part, mask = lumen
        view, near = canvas.part(*part), window.part(*part)
        # Thin flakes and pale pools; most lumens are all but empty.
        pool = near.tiled(textures.broad, shift=17 + 37 * item.content)
        flakes = near.tiled(textures.bundle, shift=91)
        amount = soft(pool + 0.5 * flakes - (0.5, 1.6, 2.4)[item.content % 3], 0.9) * (0.22 + 0.04 * flakes)
        view.paint(mask, haematoxylin=amount * 0.25, eosin=amount)


def paint_vessels(
    canvas: Canvas, window: Window, textures: Textures, blood: FloatArray, found: Sequence[Vessel]
) -> None:
    """Paint walls, lumens and red cells."""
    for vessel in found:
        outer, inner = _polygon(window, vessel.outline), _polygon(window, vessel.inner)
        if outer is None:
            continue
        part, mask = outer
        view, near = canvas.part(*part), window.part(*part)
        view.paint(mask * 0.85, haematoxylin=0.08, eosin=0.66 + 0.06 * near.tiled(textures.grain, shift=5))
        view.kind[mask > 0.5] = Kind.VESSEL
        if inner is None:
            continue
        part, mask = inner
        view, near = canvas.part(*part), window.part(*part)
        view.paint(mask, haematoxylin=0.01, eosin=0.03)
        level = textures.cloud_above(vessel.blood)
        red = near.tiled(blood) * soft(near.tiled(textures.cloud, shift=219) - level, 0.9)
        view.paint(mask * np.minimum(red * 1.4, 1), haematoxylin=0.03, eosin=red)


def red_cells(rng: np.random.Generator) -> FloatArray:
    """Return a periodic tile (512, 512) of red cells: the amount of eosin, 0 between them."""
    side, tile = 512, np.zeros((512, 512), np.float32)
    y, x = np.mgrid[-9:10, -9:10].astype(np.float32)
    for place_x, place_y in rng.uniform(0, side, (2600, 2)):
        radius = float(rng.uniform(5.6, 7.2))
        distance = np.hypot(x, y * float(rng.uniform(0.9, 1.25))) / radius
        disk = soft((1 - distance) * radius, 0.8) * (0.72 + 0.3 * np.clip(distance, 0, 1) ** 2)
        rows = (int(place_y) + np.arange(-9, 10)) % side
        columns = (int(place_x) + np.arange(-9, 10)) % side
        place = np.ix_(rows, columns)
        tile[place] = np.maximum(tile[place], disk)
    return tile


def paint_nuclei(canvas: Canvas, window: Window, population: Cells, nuclei: Nuclei) -> None:
    """Stamp all nuclei, each over what is there."""
    for index in range(len(population)):
        stamp = nuclei.of(
            int(population.sort[index]), int(population.turn[index]), int(population.variant[index])
        )
        side = len(stamp.cover)
        left = int(np.floor(population.nucleus_x[index])) - window.left - side // 2
        top = int(np.floor(population.nucleus_y[index])) - window.top - side // 2
        rows = slice(max(top, 0), min(top + side, window.height))
        columns = slice(max(left, 0), min(left + side, window.width))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            continue
        cut = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        cover = stamp.cover[cut]
        amount = canvas.haematoxylin[rows, columns]
        amount += cover * (np.maximum(stamp.haematoxylin[cut], amount) - amount)
        canvas.eosin[rows, columns] *= 1 - 0.6 * cover


def _polygon(window: Window, corners: FloatArray) -> tuple[tuple[slice, slice], FloatArray] | None:
    """Return the part of the window that a polygon touches and its anti-aliased cover there."""
    left, top = np.floor(corners.min(axis=0)).astype(int) - 1 - (window.left, window.top)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 2 - (window.left, window.top)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, window.width), min(bottom, window.height)
    if left >= right or top >= bottom:
        return None
    cover = np.zeros((bottom - top, right - left), np.uint8)
    local = (corners - (window.left + left, window.top + top)) * (1 << _SHIFT)
    cv2.fillPoly(cover, [np.round(local).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    smooth = cv2.GaussianBlur(cover, (0, 0), 0.8)
    return (slice(top, bottom), slice(left, right)), np.asarray(smooth, np.float32) / 255
