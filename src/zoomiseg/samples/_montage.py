"""Real images laid out on a white slide like the cores of a tissue microarray."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import ManifestError
from zoomiseg.geometry import HIGH, PATCH_SIZE, SCALE_FACTOR, Box
from zoomiseg.slide import ImageArray

from ._blocks import View
from ._cores import ChosenCore, CoreImage, Target, choose_cores
from ._kind import Kind
from ._outline import core_alpha

CORES_PER_LOW_PATCH = 12
_LOW_PATCH_PX = PATCH_SIZE * SCALE_FACTOR
_GAP_PX = 40
_KEPT_BYTES = 192 << 20
_GLASS = (240, 249)

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A core's place: what its image covers once it is turned, and how that is done."""

    core: ChosenCore
    box: Box
    quarter_turns: int
    mirrored: bool
    number: int


@dataclass(frozen=True, slots=True)
class _Core:
    """A core's pixels as they lie on the slide."""

    image: ImageArray
    alpha: NDArray[np.float32]
    kind: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.image.nbytes + self.alpha.nbytes + self.kind.nbytes


class Montage:
    """A slide of real images at 0.5 µm per pixel; a pure function of its arguments; thread-safe.

    Its kinds: GLASS; TUMOUR is what is marked and is the target; GLAND what is marked and is not; STROMA all
    else. The images are turned by quarters and mirrored, and fade to glass along an uneven outline.

    Args:
        images: What there is to choose from.
        width: In pixels.
        height: In pixels.
        seed: Decides the choice and everything about the layout.
        target: See `choose_cores`.
        kinds: See `choose_cores`.
        count: How many images; by default as many as have room, at most 12 for each 4096 x 4096 pixels.
    Raises:
        ManifestError: Too few images, no room for one, an unknown kind, or nothing to be left out.
    """

    def __init__(
        self,
        images: Sequence[CoreImage],
        *,
        width: int,
        height: int,
        seed: int,
        target: Target = "all",
        kinds: Sequence[str] = (),
        count: int | None = None,
    ) -> None:
        self.width, self.height, self.seed, self.mpp = width, height, seed, HIGH.mpp
        most = CORES_PER_LOW_PATCH * width * height // _LOW_PATCH_PX**2
        wanted = max(most, 1) if count is None else count
        chosen = choose_cores(images, count=wanted, seed=seed, target=target, kinds=kinds)
        rng = np.random.default_rng((seed, 12))
        self._glass = rng.integers(*_GLASS, 3).astype(np.uint8)
        self._placed = self._laid_out(rng, chosen, exact=count is not None)
        self._kept: OrderedDict[int, _Core] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def cores(self) -> tuple[ChosenCore, ...]:
        """The images on the slide."""
        return tuple(placed.core for placed in self._placed)

    def read(self, box: Box) -> View:
        """Return a box that lies inside the slide."""
        image = np.empty((box.height, box.width, 3), np.uint8)
        image[:] = self._glass
        kind = np.full((box.height, box.width), Kind.GLASS, np.uint8)
        for placed in self._placed:
            common = placed.box.intersection(box)
            if common is None:
                continue
            core, there, here = self._drawn(placed), common.slices_in(placed.box), common.slices_in(box)
            alpha = core.alpha[there][..., None]
            mixed = core.image[there] * alpha + self._glass * (1 - alpha)
            image[here] = np.rint(mixed).astype(np.uint8)
            kind[here] = core.kind[there]
        return View(image, kind)

    def _laid_out(
        self, rng: np.random.Generator, chosen: Sequence[ChosenCore], *, exact: bool
    ) -> list[_Placed]:
        sizes = [core.image.read()[1].shape for core in chosen]
        side = max(max(size) for size in sizes) + _GAP_PX
        room = (self.width // side) * (self.height // side)
        if room == 0 or (exact and room < len(chosen)):
            raise ManifestError(
                f"A slide of {self.width} x {self.height} pixels has room for {room} of these images, "
                f"the largest of which takes {side} x {side}, not for {max(len(chosen), 1)}.",
                hint="Give a larger --size.",
            )
        cells = _cells(Box(0, 0, self.width, self.height), min(room, len(chosen)), side)
        order = rng.permutation(len(cells))
        pairs = zip(order.tolist(), chosen, sizes, strict=False)
        return [
            _placed(rng, core, size, cells[index], number)
            for number, (index, core, size) in enumerate(pairs)
            if number < room
        ]

    def _drawn(self, placed: _Placed) -> _Core:
        with self._lock:
            found = self._kept.pop(placed.number, None)
            if found is None:
                found = self._made(placed)
            self._kept[placed.number] = found
            while sum(core.nbytes for core in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
            return found

    def _made(self, placed: _Placed) -> _Core:
        image, truth = placed.core.image.read()
        alpha = core_alpha(np.random.default_rng((self.seed, 13, placed.number)), truth.shape)
        marked = Kind.TUMOUR if placed.core.is_target else Kind.GLAND
        kind = np.where(truth, marked, Kind.STROMA).astype(np.uint8)
        kind[alpha < np.float32(0.5)] = Kind.GLASS
        return _Core(_turned(image, placed), _turned(alpha, placed), _turned(kind, placed))


def _cells(slide: Box, count: int, side: int) -> list[Box]:
    """Cut the slide into at least `count` cells of at least `side`, as square as they can be."""
    grids = [
        (columns, -(-count // columns))
        for columns in range(1, slide.width // side + 1)
        if -(-count // columns) * side <= slide.height
    ]
    columns, rows = max(grids, key=lambda grid: (min(slide.width / grid[0], slide.height / grid[1]), grid))
    x = [slide.width * column // columns for column in range(columns + 1)]
    y = [slide.height * row // rows for row in range(rows + 1)]
    return [
        Box(x[column], y[row], x[column + 1] - x[column], y[row + 1] - y[row])
        for row in range(rows)
        for column in range(columns)
    ]


def _placed(
    rng: np.random.Generator, core: ChosenCore, size: tuple[int, ...], cell: Box, number: int
) -> _Placed:
    turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
    height, width = (size[1], size[0]) if turns % 2 else (size[0], size[1])
    # A core keeps half a gap from its cell's border, and lies anywhere else in it.
    x = cell.x + _GAP_PX // 2 + int(rng.integers(cell.width - width - _GAP_PX + 1))
    y = cell.y + _GAP_PX // 2 + int(rng.integers(cell.height - height - _GAP_PX + 1))
    return _Placed(core, Box(x, y, width, height), turns, mirrored, number)


def _turned(values: NDArray[Scalar], placed: _Placed) -> NDArray[Scalar]:
    """Return (H, W, ...) mirrored, then turned counter-clockwise."""
    mirrored = values[:, ::-1] if placed.mirrored else values
    return np.ascontiguousarray(np.rot90(mirrored, placed.quarter_turns))
