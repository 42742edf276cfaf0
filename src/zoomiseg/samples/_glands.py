"""Glands: closed outlines lined with epithelium, round in normal tissue, distorted in a tumour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from . import _steady as steady
from ._cells import Cells, cells, joined
from ._kind import Kind
from ._noise import FloatArray
from ._ring import Ring

_CORNERS = 64


@dataclass(frozen=True, kw_only=True)
class GlandForm:
    """How the glands of one tissue look; sizes in pixels of 0.5 µm.

    Args:
        kind: `Kind` of the epithelium and what it encloses.
        sort: Of the nuclei.
        radius_px: Mean outer radius.
        radius_variation: Deviation of its logarithm.
        distorted: Amplitude of the outline's lobes as a share of the radius.
        height_px: Of the epithelium, from its base to the lumen.
        spacing_px: Of neighbouring cells along the base.
        layers: Rows of nuclei.
        filled: Share of the glands without a lumen.
    """

    kind: Kind
    sort: str
    radius_px: float
    radius_variation: float = 0.25
    distorted: float = 0.05
    height_px: float
    spacing_px: float
    layers: int = 1
    filled: float = 0.0


@dataclass(frozen=True, slots=True)
class Gland:
    """One gland.

    Args:
        lining: Its cells.
        outline: (64, 2) base of the epithelium, in slide pixels.
        lumen: (64, 2) what is enclosed, or None where the gland is filled.
        kind: Of all of it.
        content: Any number; decides what its lumen holds.
    """

    lining: Cells
    outline: FloatArray
    lumen: FloatArray | None
    kind: Kind
    content: int

    def moved(self, shift: FloatArray) -> Gland:
        """Return it (x, y) pixels further on; its cells stay, they are found on their own."""
        lumen = None if self.lumen is None else self.lumen + shift
        return Gland(self.lining, self.outline + shift, lumen, self.kind, self.content)


def gland(rng: np.random.Generator, xy: tuple[float, float], form: GlandForm) -> Gland:
    """Draw one gland round a place."""
    radius = form.radius_px * float(steady.exp(rng.normal(0, form.radius_variation)))
    radius = max(radius, form.height_px * 1.7)
    outline = _outline(rng, radius, form.distorted)
    height = min(form.height_px * float(steady.exp(rng.normal(0, 0.08))), 0.75 * radius)
    rows = [_row(rng, outline, form, depth_px) for depth_px in _depths(form, height)]
    filled = rng.random() < form.filled
    if filled:
        rows.append(_filling(rng, outline, form, height))
    lining = joined(rows)
    middle = np.asarray(xy, np.float32)
    lining = lining.moved(middle)
    inner = None if filled else _inset(outline, height * 0.92) + middle
    return Gland(lining, outline + middle, inner, form.kind, int(rng.integers(1000)))


def _depths(form: GlandForm, height: float) -> list[float]:
    return [height * (row + 0.5) / form.layers for row in range(form.layers)]


def _outline(rng: np.random.Generator, radius: float, distorted: float) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    length = np.ones(_CORNERS)
    for lobes in range(2, 8):
        amplitude = distorted * rng.normal() * 2 / lobes
        length += amplitude * steady.cosine(lobes * angle + rng.uniform(0, 2 * np.pi))
    length = np.maximum(length, 0.45) * radius
    stretch = float(steady.exp(rng.normal(0, 0.16)))
    turn = rng.uniform(0, np.pi)
    x, y = length * steady.cosine(angle) * stretch, length * steady.sine(angle) / stretch
    return steady.turned(x, y, turn)


def _inset(outline: FloatArray, depth: float) -> FloatArray:
    """Move each corner towards the middle; past the middle it stays there."""
    length = np.maximum(steady.length(outline[:, 0], outline[:, 1]), 1e-3)
    return np.asarray(outline * (np.maximum(length - depth, 0.08 * length) / length)[:, None], np.float32)


def _row(rng: np.random.Generator, outline: FloatArray, form: GlandForm, depth: float) -> Cells:
    """Place one row of cells at a depth under the base, their nuclei pointing to the middle."""
    ring = Ring(_inset(outline, depth))
    count = max(int(ring.length / form.spacing_px), 3)
    places = (np.arange(count) + rng.uniform(0, 1) + rng.uniform(-0.18, 0.18, count)) * ring.length / count
    xy = ring.at(places).astype(np.float32)
    inward = -xy / np.maximum(steady.length(xy[:, 0], xy[:, 1]), 1)[:, None]
    step = form.height_px / form.layers
    # Normal nuclei stand in line at the base; a tumour's crowd at every height.
    basal, uneven = (-0.16, 0.06) if form.sort == "epithelium" else (-0.1, 0.16)
    slip = rng.normal(basal * step, uneven * step, count).astype(np.float32)
    angle = steady.direction(inward[:, 0], inward[:, 1]) + rng.normal(0, 0.3, count).astype(np.float32)
    return cells(
        rng,
        xy,
        sort=form.sort,
        kind=form.kind,
        body_px=max(0.62 * step, 0.66 * form.spacing_px),
        angle=angle,
        offset=inward * slip[:, None],
    )


def _filling(rng: np.random.Generator, outline: FloatArray, form: GlandForm, height: float) -> Cells:
    """Fill what the lining encloses with cells in no order."""
    inner = _inset(outline, height)
    spacing = 1.15 * form.spacing_px
    reach = float(np.abs(outline).max())
    rows, columns = np.mgrid[-reach:reach:spacing, -reach:reach:spacing].astype(np.float32)
    places = np.stack([columns.ravel(), rows.ravel()], axis=1)
    places = (places + rng.normal(0, 0.2 * spacing, places.shape)).astype(np.float32)
    inside = [cv2.pointPolygonTest(inner, (float(x), float(y)), False) > 0 for x, y in places]
    return cells(rng, places[np.array(inside, bool)], sort=form.sort, kind=form.kind, body_px=0.75 * spacing)
