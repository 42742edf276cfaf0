"""A virtual slide: rendered where it is read, the same pixels whoever reads them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

from ._artefacts import Artefacts, artefacts
from ._blocks import BLOCK_PX, Blocks, View
from ._cells import CellIndex, repeats_of
from ._glands import Gland
from ._grow import grow
from ._kind import Kind
from ._layout import UNIT_PX, Layout, lay_out
from ._matrix import Canvas, Textures, matrix, soft
from ._nuclei import Nuclei
from ._paint import (
    Cytoplasm,
    bodies,
    paint_cytoplasm,
    paint_gland_kinds,
    paint_lumens,
    paint_nuclei,
    paint_vessels,
    red_cells,
)
from ._shapes import ShapeIndex
from ._stain import STAINS, Stain, stained
from ._style import style_called
from ._vessels import Vessel
from ._window import Window

GENERATOR_VERSION = 2
"""Raised whenever the same seed gives other pixels."""
MPP = 0.5
_MARGIN_PX = 56
_REACH_PX = 60
_AROUND_PX = 240
_PSF_PX = 0.6


class Specimen:
    """A generated slide of 0.5 µm per pixel, a pure function of its arguments; many threads may read it.

    Args:
        width, height: In pixels; beyond 16384 the tissue repeats.
        seed: Decides everything that the style leaves open, the stain included.
        style: One of `style_names()`.
    Raises:
        ZoomisegError: No such style.
        ValueError: A size below 1.
    """

    def __init__(self, width: int, height: int, *, seed: int, style: str = "nests") -> None:
        if width < 1 or height < 1:
            raise ValueError(f"A specimen of {width} x {height} pixels cannot be.")
        self.width, self.height, self.seed, self.style, self.mpp = width, height, seed, style, MPP
        form = style_called(style)
        repeats = max(width, height) > UNIT_PX
        rng = np.random.default_rng((seed, 5))
        self._layout: Layout = lay_out(width, height, seed=seed, style=form)
        growth = grow(self._layout, seed=seed, style=form)
        period = self._layout.width, self._layout.height
        self._index = CellIndex(growth.population, *period)
        self._glands: ShapeIndex[Gland] = ShapeIndex(growth.glands, *period)
        self._vessels: ShapeIndex[Vessel] = ShapeIndex(growth.vessels, *period)
        self._fat_cells = growth.fat_cells
        self._artefacts: Artefacts = artefacts(self._layout, seed=seed)
        self._textures = Textures(seed, repeats=repeats)
        self._nuclei = Nuclei(seed, tumour_diameter_um=form.nucleus_um, tumour_density=form.pale)
        self._blood = red_cells(rng)
        self._stain = _varied(rng, STAINS[int(rng.integers(len(STAINS)))])
        self._cytoplasm = _cytoplasm(rng)
        self._cohesion = float(rng.uniform(0.5, 1.7))
        self._defocus_px = float(rng.uniform(1.5, 4.0))
        self._noise = float(rng.uniform(1.5, 3.5))
        period = UNIT_PX // BLOCK_PX, UNIT_PX // BLOCK_PX
        # Blocks are fixed, because floating point need not agree between windows that are placed differently.
        self._blocks = Blocks(
            lambda column, row: self._rendered(column * BLOCK_PX, row * BLOCK_PX), period if repeats else None
        )

    def read(self, box: Box) -> View:
        """Render a box that lies in the specimen."""
        image = np.empty((box.height, box.width, 3), np.uint8)
        kind = np.empty((box.height, box.width), np.uint8)
        for row in range(box.y // BLOCK_PX, (box.y + box.height - 1) // BLOCK_PX + 1):
            for column in range(box.x // BLOCK_PX, (box.x + box.width - 1) // BLOCK_PX + 1):
                block = self._blocks.block(column, row)
                left, top = column * BLOCK_PX, row * BLOCK_PX
                x = max(box.x, left), min(box.x + box.width, left + BLOCK_PX)
                y = max(box.y, top), min(box.y + box.height, top + BLOCK_PX)
                target = np.s_[y[0] - box.y : y[1] - box.y, x[0] - box.x : x[1] - box.x]
                source = np.s_[y[0] - top : y[1] - top, x[0] - left : x[1] - left]
                image[target] = block.image[source]
                kind[target] = block.kind[source]
        return View(image, kind)

    def _rendered(self, left: int, top: int) -> View:
        side = BLOCK_PX + 2 * _MARGIN_PX
        window = Window(left - _MARGIN_PX, top - _MARGIN_PX, side, side)
        canvas = self._tissue(window)
        image = self._scanned(window, canvas)
        inner = np.s_[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX]
        return View(np.ascontiguousarray(image[inner]), np.ascontiguousarray(canvas.kind[inner]))

    def _tissue(self, window: Window) -> Canvas:
        layout, textures = self._layout, self._textures
        population = self._index.within(
            window.left - _REACH_PX,
            window.top - _REACH_PX,
            window.left + window.width + _REACH_PX,
            window.top + window.height + _REACH_PX,
        )
        canvas = matrix(window, layout, textures, self._repeated(self._fat_cells, window))
        paint_vessels(canvas, window, textures, self._blood, self._vessels.near(window))
        found = bodies(window, textures, population)
        glands = self._glands.near(window)
        paint_gland_kinds(canvas, window, glands)
        paint_cytoplasm(
            canvas, window, textures, population, found, cytoplasm=self._cytoplasm, cohesion=self._cohesion
        )
        paint_lumens(canvas, window, textures, glands)
        paint_nuclei(canvas, window, population, self._nuclei)
        self._cut(canvas, window)
        return canvas

    def _cut(self, canvas: Canvas, window: Window) -> None:
        """Leave glass outside the outline, which is frayed along the fibres."""
        depth = window.enlarged(self._layout.tissue)
        if depth.min() > 60:
            return
        frayed = depth + 5 * window.tiled(self._textures.warp[0], shift=61)
        canvas.paint(1 - soft(frayed, 1.2), haematoxylin=0.0, eosin=0.0)
        canvas.kind[frayed <= 0] = Kind.GLASS

    def _scanned(self, window: Window, canvas: Canvas) -> NDArray[np.uint8]:
        layout, marks = self._layout, self._artefacts
        layers = window.enlarged(layout.thickness) * (1 + window.enlarged(marks.fold))
        ink = np.maximum(window.enlarged(marks.pen), 0)[..., None] * np.asarray(marks.ink, np.float32)
        ink = ink + self._specks(window)[..., None]
        tone = window.enlarged(layout.tone)
        image = stained(self._stain, canvas.haematoxylin * layers * tone, canvas.eosin * layers, ink)
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), _PSF_PX), np.float32)
        defocus = np.clip(window.enlarged(marks.defocus), 0, 1)
        if defocus.max() > 0.01:
            image += defocus[..., None] * (cv2.GaussianBlur(image, (0, 0), self._defocus_px) - image)
        image += (self._noise * window.tiled(self._textures.fine, shift=3))[..., None]
        return np.asarray(np.clip(np.rint(image), 0, 255), np.uint8)

    def _specks(self, window: Window) -> NDArray[np.float32]:
        density = np.zeros(window.shape, np.float32)
        for x, y, radius in self._repeated(self._artefacts.dust, window):
            column, row = int(x - window.left), int(y - window.top)
            cv2.circle(density, (column, row), max(int(radius), 1), 0.7, -1, cv2.LINE_AA)
        return density

    def _repeated(self, places: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
        """Return the places (x, y, ...) in and around a window, in slide pixels."""
        first = np.array([window.left - _AROUND_PX, window.top - _AROUND_PX])
        last = np.array([window.left + window.width + _AROUND_PX, window.top + window.height + _AROUND_PX])
        parts = []
        for shift_y in repeats_of(self._layout.height, first[1], last[1]):
            for shift_x in repeats_of(self._layout.width, first[0], last[0]):
                moved = places.copy()
                moved[:, :2] += (shift_x, shift_y)
                parts.append(moved[((moved[:, :2] >= first) & (moved[:, :2] < last)).all(axis=1)])
        return np.concatenate(parts)


def _varied(rng: np.random.Generator, stain: Stain) -> Stain:
    """Return a laboratory's stain on another day."""

    def turned(vector: tuple[float, float, float]) -> tuple[float, float, float]:
        moved = np.abs(np.asarray(vector) + rng.normal(0, 0.025, 3))
        moved /= np.linalg.norm(moved)
        return float(moved[0]), float(moved[1]), float(moved[2])

    strength = np.asarray(stain.strength) * np.exp(rng.normal(0, 0.1, 2))
    return replace(
        stain,
        haematoxylin=turned(stain.haematoxylin),
        eosin=turned(stain.eosin),
        strength=(float(strength[0]), float(strength[1])),
    )


def _cytoplasm(rng: np.random.Generator) -> dict[int, Cytoplasm]:
    """Draw how the slide's cells take the stain: a tumour's may be darker than a normal gland's, or paler."""

    def drawn() -> Cytoplasm:
        return Cytoplasm(haematoxylin=float(rng.uniform(0.2, 0.4)), eosin=float(rng.uniform(0.36, 0.56)))

    return {
        Kind.TUMOUR: drawn(),
        Kind.GLAND: drawn(),
        Kind.STROMA: Cytoplasm(haematoxylin=0.32, eosin=0.36),
    }
