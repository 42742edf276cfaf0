"""Blood vessels: a lumen, sometimes full of blood, in a wall with its nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from . import _steady as steady
from ._cells import Cells, cells, joined
from ._kind import Kind
from ._layout import STEP_PX, Layout
from ._noise import FloatArray
from ._ring import Ring

_CORNERS = 40
_LOG_RADIUS = 2.8332
"""Logarithm of 17 pixels."""


@dataclass(frozen=True, slots=True)
class Vessel:
    """One vessel, in slide pixels.

    Args:
        outline: (40, 2) outside of the wall.
        inner: (40, 2) its lumen.
        blood: Share of the lumen that is full of red cells.
        wall: Nuclei of endothelium and wall.
    """

    outline: FloatArray
    inner: FloatArray
    blood: float
    wall: Cells

    def moved(self, shift: FloatArray) -> Vessel:
        """Return it (x, y) pixels further on; its cells stay, they are found on their own."""
        return Vessel(self.outline + shift, self.inner + shift, self.blood, self.wall)


def vessels(rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8]) -> list[Vessel]:
    """Scatter vessels, many small and few large, over the stroma; what they take is marked."""
    count = rng.poisson(9 * layout.width * layout.height / 1e6)
    found = []
    for radius in sorted(np.clip(steady.exp(rng.normal(_LOG_RADIUS, 0.6, count)), 7, 130), reverse=True):
        x, y = rng.random(2) * (layout.width, layout.height)
        place = np.array([[x, y]], np.float32)
        blocked = _probe(layout.nests, place) > -0.6 and _probe(layout.bulk, place) > -200
        blocked = (
            blocked or _probe(layout.necrosis, place) > -30 or _probe(layout.tissue, place) < radius + 40
        )
        if blocked or taken[int(y) // STEP_PX % len(taken), int(x) // STEP_PX % taken.shape[1]]:
            continue
        vessel = _vessel(rng, place[0], float(radius))
        cv2.fillPoly(taken, [np.round(vessel.outline / STEP_PX).astype(np.int32)], 1)
        found.append(vessel)
    return found


def _probe(field: FloatArray, place: FloatArray) -> float:
    rows, columns = field.shape
    return float(field[int(place[0, 1]) // STEP_PX % rows, int(place[0, 0]) // STEP_PX % columns])


def _vessel(rng: np.random.Generator, middle: FloatArray, radius: float) -> Vessel:
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    stretch = float(steady.exp(rng.normal(0, 0.35)))
    waves = (0.1 * rng.normal() / k * steady.cosine(k * angle + rng.uniform(0, 6.3)) for k in (2, 3, 4))
    length = radius * (1 + sum(waves))
    turn = rng.uniform(0, np.pi)
    x, y = length * steady.cosine(angle) * stretch, length * steady.sine(angle) / stretch
    outline = steady.turned(x, y, turn)
    thick = rng.random() < 0.35
    wall_px = radius * (0.5 if thick else 0.14) + 3
    size = steady.length(outline[:, 0], outline[:, 1])
    outer = outline * ((size + wall_px) / size)[:, None]
    rings = [_nuclei(rng, outline * ((size + 2) / size)[:, None], "endothelium", 52)]
    for depth in np.arange(9, wall_px - 2, 11):
        rings.append(_nuclei(rng, outline * ((size + depth) / size)[:, None], "muscle", 40))
    wall = joined(rings).moved(middle)
    blood = float(rng.choice([0.0, 0.35, 0.95], p=[0.35, 0.3, 0.35]))
    return Vessel((outer + middle).astype(np.float32), (outline + middle).astype(np.float32), blood, wall)


def _nuclei(rng: np.random.Generator, corners: FloatArray, sort: str, spacing: float) -> Cells:
    ring = Ring(corners)
    count = max(int(ring.length / spacing), 2)
    places = np.sort(rng.uniform(0, ring.length, count))
    xy = ring.at(places).astype(np.float32)
    ahead = ring.at(places + 2) - xy
    angle = steady.direction(ahead[:, 0], ahead[:, 1])
    return cells(rng, xy, sort=sort, kind=Kind.VESSEL, angle=angle)
