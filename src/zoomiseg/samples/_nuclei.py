"""Nuclei: what each sort looks like, drawn once in many variants and turned every way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ._noise import FloatArray

TURNS = 16
"""Orientations of a nucleus over half a turn; nuclei look the same from both ends."""
VARIANTS = 14
"""Drawings of each sort and orientation."""
_SUPER = 3
_PX_PER_UM = 2.0


@dataclass(frozen=True, kw_only=True)
class Nucleus:
    """One sort of nucleus.

    Args:
        diameter_um: Mean of the equivalent diameter.
        variation: Deviation of its logarithm.
        elongation: Length over width.
        ragged: Amplitude of the outline's lobes, as a share of the radius.
        density: Haematoxylin inside, mean.
        density_variation: Deviation of its logarithm, from nucleus to nucleus.
        rim: Haematoxylin that the membrane adds.
        clumps: Amplitude of the chromatin's texture.
        clump_um: Size of its features.
        nucleoli: Mean number of nucleoli.
        bend: Curvature of long nuclei, as a share of their length.
    """

    diameter_um: float
    variation: float = 0.1
    elongation: float = 1.2
    ragged: float = 0.05
    density: float = 1.2
    density_variation: float = 0.15
    rim: float = 0.25
    clumps: float = 0.25
    clump_um: float = 1.2
    nucleoli: float = 0.0
    bend: float = 0.0


NUCLEI: Mapping[str, Nucleus] = {
    "tumour": Nucleus(
        diameter_um=9.6, variation=0.16, elongation=1.25, ragged=0.08, density=0.92, density_variation=0.3,
        rim=0.5, clumps=0.38, clump_um=1.5, nucleoli=1.1,
    ),
    "epithelium": Nucleus(
        diameter_um=6.6, variation=0.09, elongation=1.35, ragged=0.04, density=1.1, density_variation=0.16,
        rim=0.3, clumps=0.22, nucleoli=0.1,
    ),
    "lymphocyte": Nucleus(
        diameter_um=5.7, variation=0.1, elongation=1.08, ragged=0.04, density=1.7, density_variation=0.15,
        rim=0.2, clumps=0.4, clump_um=1.3,
    ),
    "plasma": Nucleus(
        diameter_um=6.6, variation=0.07, elongation=1.12, ragged=0.03, density=1.45, rim=0.35, clumps=0.55,
        clump_um=1.7,
    ),
    "fibroblast": Nucleus(
        diameter_um=5.5, variation=0.16, elongation=3.6, ragged=0.06, density=1.15, density_variation=0.25,
        rim=0.25, clumps=0.22, bend=0.12,
    ),
    "plump": Nucleus(
        diameter_um=7.6, variation=0.14, elongation=2.0, ragged=0.06, density=0.95, density_variation=0.25,
        rim=0.4, clumps=0.25, nucleoli=0.4, bend=0.05,
    ),
    "muscle": Nucleus(
        diameter_um=6.2, elongation=4.2, ragged=0.02, density=0.95, rim=0.25, clumps=0.15, bend=0.04,
    ),
    "endothelium": Nucleus(
        diameter_um=5.4, variation=0.12, elongation=3.6, ragged=0.04, density=1.45, rim=0.2, clumps=0.2,
        bend=0.2,
    ),
    "histiocyte": Nucleus(
        diameter_um=7.4, variation=0.12, elongation=1.5, ragged=0.09, density=0.75, rim=0.35, clumps=0.18,
        nucleoli=0.3, bend=0.15,
    ),
    "debris": Nucleus(
        diameter_um=2.6, variation=0.4, elongation=1.3, ragged=0.15, density=1.7, density_variation=0.3,
        rim=0.0, clumps=0.2,
    ),
    "mitosis": Nucleus(
        diameter_um=7.0, variation=0.15, elongation=1.9, ragged=0.28, density=2.3, rim=0.0, clumps=0.3,
        clump_um=0.9,
    ),
}  # fmt: skip
SORTS = tuple(NUCLEI)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One nucleus on a square of full-resolution pixels with its middle in the middle.

    Args:
        haematoxylin: (n, n) amount inside the nucleus.
        cover: (n, n) share of the pixel that is nucleus, 0 to 1.
    """

    haematoxylin: FloatArray
    cover: FloatArray


class Nuclei:
    """All stamps of one slide: `of(sort, turn, variant)`, turn in 0..15, variant in 0..13."""

    def __init__(self, seed: int, *, tumour_diameter_um: float, tumour_density: float) -> None:
        tumour = replace(NUCLEI["tumour"], diameter_um=tumour_diameter_um, density=tumour_density)
        self._stamps = [
            _bank(seed, index, tumour if sort == "tumour" else NUCLEI[sort])
            for index, sort in enumerate(SORTS)
        ]

    def of(self, sort: int, turn: int, variant: int) -> Stamp:
        return self._stamps[sort][turn][variant]


@lru_cache(maxsize=64)
def _bank(seed: int, index: int, nucleus: Nucleus) -> tuple[tuple[Stamp, ...], ...]:
    rng = np.random.default_rng((seed, 7, index))
    return tuple(
        tuple(_drawn(rng, nucleus, np.pi * turn / TURNS) for _ in range(VARIANTS)) for turn in range(TURNS)
    )


def _drawn(rng: np.random.Generator, nucleus: Nucleus, angle: float) -> Stamp:
    """Draw one nucleus at three times the resolution and shrink it."""
    radius = nucleus.diameter_um / 2 * _PX_PER_UM * float(np.exp(rng.normal(0, nucleus.variation)))
    stretch = np.sqrt(max(nucleus.elongation * float(np.exp(rng.normal(0, 0.12))), 1.0))
    half = int(np.ceil(radius * stretch * (1.15 + nucleus.ragged) + 2))
    along, across = _axes(half, angle + float(rng.uniform(-0.5, 0.5)) * np.pi / TURNS)
    across = across + np.float32(nucleus.bend * rng.normal(0, 1)) * (
        along**2 / (radius * stretch) - radius / 3
    )
    depth = _depth(rng, nucleus, along / np.float32(radius * stretch), across / np.float32(radius / stretch))
    inside = np.clip(depth * np.float32(radius / stretch * _SUPER) + np.float32(0.5), 0, 1)
    amount = _chromatin(rng, nucleus, depth, radius / stretch)
    return Stamp(_shrunk(amount * inside) / np.maximum(_shrunk(inside), 1e-3), _shrunk(inside))


def _axes(half: int, angle: float) -> tuple[FloatArray, FloatArray]:
    side = (2 * half + 1) * _SUPER
    place = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / _SUPER
    x, y = place[None, :], place[:, None]
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cosine + y * sine, y * cosine - x * sine


def _depth(rng: np.random.Generator, nucleus: Nucleus, along: FloatArray, across: FloatArray) -> FloatArray:
    """Return 1 in the middle, 0 on the outline, less outside, in units of the shorter radius."""
    direction = np.arctan2(across, along)
    outline = np.ones_like(along)
    for lobes in range(2, 6):
        outline += np.float32(nucleus.ragged * rng.normal(0, 1) / (lobes - 1)) * np.cos(
            lobes * direction + np.float32(rng.uniform(0, 2 * np.pi))
        )
    return np.asarray(outline - np.hypot(along, across), np.float32)


def _chromatin(rng: np.random.Generator, nucleus: Nucleus, depth: FloatArray, radius: float) -> FloatArray:
    side = len(depth)
    noise = rng.standard_normal((side, side)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), nucleus.clump_um * _PX_PER_UM * _SUPER / 3.5)
    clumps = np.asarray(blurred / max(float(blurred.std()), 1e-6), np.float32)
    density = nucleus.density * float(np.exp(rng.normal(0, nucleus.density_variation)))
    # Dark nuclei are even and opaque; pale ones show membrane, clumps and nucleoli.
    pale = float(np.clip(1.6 - density, 0.3, 1.2))
    membrane = np.exp(-((depth * np.float32(radius) - 0.9) ** 2) / 1.1)
    amount = (
        density * (1 + nucleus.clumps * pale * np.clip(clumps, -1.2, 2.2)) + nucleus.rim * pale * membrane
    )
    for _ in range(int(rng.poisson(nucleus.nucleoli))):
        amount += _nucleolus(rng, depth)
    return np.asarray(np.maximum(amount, 0.15), np.float32)


def _nucleolus(rng: np.random.Generator, depth: FloatArray) -> FloatArray:
    places = np.argwhere(depth > 0.45)
    if not len(places):
        return np.zeros_like(depth)
    row, column = places[int(rng.integers(len(places)))]
    size = _SUPER * _PX_PER_UM * float(rng.uniform(0.5, 1.0))
    y, x = np.ogrid[: len(depth), : len(depth)]
    spot = np.exp(-((((x - column) ** 2 + (y - row) ** 2) / (2 * (size * 0.7) ** 2)) ** 2))
    return np.asarray(float(rng.uniform(0.6, 1.1)) * spot, np.float32)


def _shrunk(values: NDArray[np.float32]) -> FloatArray:
    size = values.shape[1] // _SUPER, values.shape[0] // _SUPER
    return np.asarray(
        cv2.resize(np.asarray(values, np.float32), size, interpolation=cv2.INTER_AREA), np.float32
    )
