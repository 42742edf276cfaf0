"""Where the cells of each tissue lie, given the map of the slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from . import _steady as steady
from ._cells import Cells, cells, joined
from ._glands import Gland, GlandForm, gland
from ._kind import Kind
from ._layout import STEP_PX, Layout
from ._noise import FloatArray
from ._style import Style
from ._vessels import Vessel, vessels

_GLAND_LOG_RADIUS = 4.3567
"""Logarithm of 78 pixels."""
_NO_PLACES = np.zeros((0, 2), np.float32)


@dataclass(frozen=True, slots=True)
class Growth:
    """All that lies in the slide's tissue.

    Args:
        population: The cells.
        glands: Normal and tumour glands.
        vessels: Blood vessels.
        fat_cells: (N, 2) middles of fat cells.
    """

    population: Cells
    glands: Sequence[Gland]
    vessels: Sequence[Vessel]
    fat_cells: FloatArray


def grow(layout: Layout, *, seed: int, style: Style) -> Growth:
    """Fill the map with cells."""
    rng = np.random.default_rng((seed, 2))
    taken = np.zeros(layout.tissue.shape, np.uint8)
    taken[layout.tissue < 12] = 1
    taken[layout.fat > -8] = 1
    blood = vessels(rng, layout, taken)
    glands = _lobules(rng, layout, taken, style) + _tumour_glands(rng, layout, taken, style)
    tumour = [*_nests(rng, layout, taken, style), *_invading(rng, layout, taken, style)]
    parts = [item.lining for item in glands] + tumour
    parts += [item.wall for item in blood]
    parts += _lymphocytes(rng, layout, taken)
    parts += _stromal(rng, layout, taken)
    parts += _dead(rng, layout)
    fat = hexagonal(rng, layout, 118, jitter=0.28)
    fat = fat[layout.at(layout.fat, fat[:, 0], fat[:, 1]) > 25]
    return Growth(joined(parts), glands, blood, fat)


def hexagonal(rng: np.random.Generator, layout: Layout, spacing: float, *, jitter: float) -> FloatArray:
    """Return (N, 2) places all over one period, about `spacing` pixels apart, in rows set off and shaken."""
    rows = max(round(layout.height / (spacing * 0.866)), 1)
    columns = max(round(layout.width / spacing), 1)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    x = (x + 0.5 * (y % 2) + 0.25) * (layout.width / columns)
    y = (y + 0.5) * (layout.height / rows)
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    places += rng.normal(0, jitter * spacing, places.shape)
    return np.asarray(places, np.float32)


def _kept(rng: np.random.Generator, places: FloatArray, probability: FloatArray | float) -> FloatArray:
    return places[rng.random(len(places)) < probability]


def _free(taken: NDArray[np.uint8], places: FloatArray) -> NDArray[np.bool_]:
    rows = (places[:, 1] // STEP_PX).astype(np.int64) % taken.shape[0]
    columns = (places[:, 0] // STEP_PX).astype(np.int64) % taken.shape[1]
    return np.asarray(taken[rows, columns] == 0)


def _take(taken: NDArray[np.uint8], places: FloatArray, radius_px: float) -> None:
    """Mark what lies within a radius of the places as occupied."""
    mark = np.zeros_like(taken)
    rows = (places[:, 1] // STEP_PX).astype(np.int64) % taken.shape[0]
    columns = (places[:, 0] // STEP_PX).astype(np.int64) % taken.shape[1]
    mark[rows, columns] = 1
    side = 2 * max(round(radius_px / STEP_PX), 0) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    taken |= np.asarray(cv2.dilate(mark, disk), np.uint8)


def _fill(taken: NDArray[np.uint8], polygon: FloatArray, grown: float = 1.0) -> None:
    middle = polygon.mean(axis=0)
    corners = ((polygon - middle) * grown + middle) / STEP_PX
    cv2.fillPoly(taken, [np.round(corners).astype(np.int32)], 1)


def _lobules(rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8], style: Style) -> list[Gland]:
    """Place clusters of normal glands, and some with their lumen filled, away from the tumour."""
    found: list[Gland] = []
    for centre in _kept(rng, hexagonal(rng, layout, 520, jitter=0.22), min(style.lobules * 4.2, 1.0)):
        bulk, tissue = (
            float(layout.at(field, centre[:1], centre[1:])[0]) for field in (layout.bulk, layout.tissue)
        )
        if bulk > -60 or tissue < 150:
            continue
        radius = float(rng.uniform(40, 68))
        form = GlandForm(
            kind=Kind.GLAND, sort="epithelium", radius_px=radius, radius_variation=0.18, distorted=0.05,
            height_px=float(rng.uniform(18, 27)), spacing_px=12.5, filled=float(rng.choice([0.0, 0.15, 0.8])),
            layers=int(rng.choice([1, 1, 2])),
        )  # fmt: skip
        places = _packed(rng, centre, spread=float(rng.uniform(150, 320)), spacing=2.25 * radius)
        for place in places:
            candidate = gland(rng, (float(place[0]), float(place[1])), form)
            if _fits(taken, candidate.outline):
                _fill(taken, candidate.outline, 1.1)
                found.append(candidate)
    return found


def _packed(rng: np.random.Generator, centre: FloatArray, *, spread: float, spacing: float) -> FloatArray:
    """Return places of a hexagonal patch within `spread` of a centre, shaken."""
    count = int(spread / spacing) + 1
    rows, columns = np.mgrid[-count : count + 1, -count : count + 1].astype(np.float32)
    x = (columns + 0.5 * (rows % 2)) * spacing
    y = rows * spacing * 0.87
    places = np.stack([x.ravel(), y.ravel()], axis=1) + rng.normal(0, 0.12 * spacing, (x.size, 2))
    distance = steady.length(places[:, 0], places[:, 1])
    return np.asarray(places[distance < spread * rng.uniform(0.75, 1.2, len(places))] + centre, np.float32)


def _fits(taken: NDArray[np.uint8], outline: FloatArray) -> bool:
    middle = outline.mean(axis=0)
    probes = np.concatenate([outline, (outline + middle) / 2, middle[None]])
    return bool(_free(taken, np.asarray(probes, np.float32)).all())


def _tumour_glands(
    rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8], style: Style
) -> list[Gland]:
    """Pack distorted glands into the territory, largest first."""
    territory = float((layout.bulk > 0).sum()) * STEP_PX**2 / 1e6
    found: list[Gland] = []
    for radius in sorted(
        steady.exp(rng.normal(_GLAND_LOG_RADIUS, 0.5, int(style.glands * territory * 4))), reverse=True
    ):
        form = GlandForm(
            kind=Kind.TUMOUR, sort="tumour", radius_px=float(radius), radius_variation=0.05,
            distorted=float(rng.uniform(0.06, 0.2)), height_px=float(rng.uniform(28, 50)),
            spacing_px=0.56 * style.spacing_px, layers=int(rng.choice([1, 1, 2])), filled=0.12,
        )  # fmt: skip
        place = rng.random(2) * (layout.width, layout.height)
        if float(layout.at(layout.bulk, place[:1], place[1:])[0]) < -80:
            continue
        candidate = gland(rng, (float(place[0]), float(place[1])), form)
        if _fits(taken, candidate.outline):
            _fill(taken, candidate.outline, 1.06)
            found.append(candidate)
    return found


def _nests(rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8], style: Style) -> list[Cells]:
    places = hexagonal(rng, layout, style.spacing_px, jitter=0.19)
    inside = layout.at(layout.nests, places[:, 0], places[:, 1]) > 0
    places = places[inside & _free(taken, places)]
    places = _kept(rng, places, 0.985)
    # Only now: a nest's own cells must not push each other out.
    _take(taken, places, 0.55 * style.spacing_px)
    return [_tumour_cells(rng, places, style)]


def _tumour_cells(
    rng: np.random.Generator, places: FloatArray, style: Style, angle: FloatArray | None = None
) -> Cells:
    offset = rng.normal(0, 0.07 * style.spacing_px, places.shape).astype(np.float32)
    body = np.float32(0.66 * style.spacing_px) * steady.exp(rng.normal(0, 0.07, len(places)))
    grown = cells(rng, places, sort="tumour", kind=Kind.TUMOUR, body_px=body, angle=angle, offset=offset)
    dividing = rng.random(len(places)) < 0.004
    other = cells(rng, places, sort="mitosis", kind=Kind.TUMOUR)
    return Cells(
        grown.x, grown.y, grown.nucleus_x, grown.nucleus_y, grown.body_px,
        np.where(dividing, other.sort, grown.sort), grown.turn, grown.variant, grown.kind, grown.tint,
    )  # fmt: skip


def _invading(
    rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8], style: Style
) -> list[Cells]:
    """Place strands one or two cells wide along the fibres, and single cells, in and before the front."""
    reach = steady.exp(-np.maximum(-layout.bulk, 0) / style.reach_px) * (layout.bulk > -2.2 * style.reach_px)
    starts = _poisson(rng, layout, style.strands, reach)
    starts = starts[_free(taken, starts)]
    strand_places, angles = _strands(rng, layout, taken, starts, style)
    _take(taken, strand_places, 0.5 * style.spacing_px)
    singles = _poisson(rng, layout, style.singles, reach)
    singles = singles[_free(taken, singles)]
    _take(taken, singles, 0.5 * style.spacing_px)
    return [_tumour_cells(rng, strand_places, style, angles), _tumour_cells(rng, singles, style)]


def _poisson(
    rng: np.random.Generator, layout: Layout, per_million_px: float, density: FloatArray
) -> FloatArray:
    count = rng.poisson(per_million_px * layout.width * layout.height / 1e6)
    places = (rng.random((count, 2)) * (layout.width, layout.height)).astype(np.float32)
    return _kept(rng, places, layout.at(density.astype(np.float32), places[:, 0], places[:, 1]))


def _strands(
    rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8], starts: FloatArray, style: Style
) -> tuple[FloatArray, FloatArray]:
    """Walk all strands along the fibres, cell by cell; a strand ends where something is in its way."""
    step = 0.72 * style.spacing_px
    xy = starts.copy()
    sign = rng.choice([-1.0, 1.0], len(xy)).astype(np.float32)
    length = rng.geometric(1 / style.strand_cells, len(xy)) + 1
    wide = rng.random(len(xy)) < 0.3
    placed, angles = [_NO_PLACES], [np.zeros(0, np.float32)]
    for index in range(int(length.max(initial=0))):
        alive = (index < length) & _free(taken, xy)
        xy, sign, length, wide = xy[alive], sign[alive], length[alive], wide[alive]
        angle = fibre_angle(layout, xy) + rng.normal(0, 0.16, len(xy)).astype(np.float32)
        ahead = np.stack([steady.cosine(angle), steady.sine(angle)], axis=1) * sign[:, None]
        aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * np.float32(0.8 * style.spacing_px)
        placed += [xy.copy(), (xy + aside)[wide]]
        angles += [angle, angle[wide]]
        xy = np.asarray(xy + ahead * np.float32(step), np.float32)
    return np.concatenate(placed), np.concatenate(angles)


def fibre_angle(layout: Layout, places: FloatArray) -> FloatArray:
    """Return the direction of the fibres at (N, 2) places, in radians."""
    x, y, reach = places[:, 0], places[:, 1], np.float32(STEP_PX)
    across = layout.flow[1]
    by_x = (layout.at(across, x + reach, y) - layout.at(across, x - reach, y)) / (2 * reach)
    by_y = 1 + (layout.at(across, x, y + reach) - layout.at(across, x, y - reach)) / (2 * reach)
    return steady.direction(by_y, -by_x)


def _lymphocytes(rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8]) -> list[Cells]:
    places = hexagonal(rng, layout, 13.5, jitter=0.24)
    density = layout.at(layout.lymphoid, places[:, 0], places[:, 1])
    cellular = layout.at(layout.cellular, places[:, 0], places[:, 1])
    probability = np.asarray(0.97 * steady.power(density, 1.3) + 0.035 * cellular + 0.004, np.float32)
    # A few wander among the tumour's cells.
    probability = np.where(_free(taken, places), probability, 0.02 * (density + 0.3))
    outside = (layout.at(layout.tissue, places[:, 0], places[:, 1]) < 15) | (
        layout.at(layout.fat, places[:, 0], places[:, 1]) > 0
    )
    places = _kept(rng, places, np.where(outside, 0, probability).astype(np.float32))
    _take(taken, places, 0.0)
    plasma = rng.random(len(places)) < 0.16
    away = rng.normal(0, 1, (int(plasma.sum()), 2)).astype(np.float32)
    away *= 4 / np.maximum(steady.length(away[:, 0], away[:, 1]), 0.1)[:, None]
    return [
        cells(rng, places[~plasma], sort="lymphocyte", kind=Kind.STROMA),
        cells(rng, places[plasma], sort="plasma", kind=Kind.STROMA, body_px=9.5, offset=away),
    ]


def _stromal(rng: np.random.Generator, layout: Layout, taken: NDArray[np.uint8]) -> list[Cells]:
    places = hexagonal(rng, layout, 30, jitter=0.34)
    x, y = places[:, 0], places[:, 1]
    cellular = layout.at(layout.cellular, x, y)
    muscle = layout.at(layout.muscle, x, y) > 0
    probability = np.where(muscle, 0.3, 0.12 + 0.5 * cellular)
    probability = probability * (layout.at(layout.necrosis, x, y) < 0) * _free(taken, places)
    chosen = rng.random(len(places)) < probability
    places, muscle, cellular = places[chosen], muscle[chosen], cellular[chosen]
    angle = fibre_angle(layout, places) + rng.normal(0, 0.2, len(places)).astype(np.float32)
    draw = rng.random(len(places))
    plump = ~muscle & (draw < 0.12 + 0.3 * cellular)
    histiocyte = ~muscle & ~plump & (draw > 0.95)
    spindle = ~muscle & ~plump & ~histiocyte
    return [
        cells(rng, places[chosen], sort=sort, kind=Kind.STROMA, angle=angle[chosen])
        for sort, chosen in (
            ("muscle", muscle), ("plump", plump), ("histiocyte", histiocyte), ("fibroblast", spindle),
        )
    ]  # fmt: skip


def _dead(rng: np.random.Generator, layout: Layout) -> list[Cells]:
    places = hexagonal(rng, layout, 16, jitter=0.4)
    depth = layout.at(layout.necrosis, places[:, 0], places[:, 1])
    places = _kept(
        rng,
        places,
        np.where(depth > -12, 0.34 * steady.exp(-np.maximum(depth, 0) / 160) + 0.05, 0).astype(np.float32),
    )
    return [cells(rng, places, sort="debris", kind=Kind.NECROSIS)]
