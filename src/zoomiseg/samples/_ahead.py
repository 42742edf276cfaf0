"""Draws a source's blocks ahead, on threads, in the order in which a pyramid's tiles are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from zoomiseg.geometry import Box
from zoomiseg.slide import ImageArray

from ._blocks import View
from ._source import KindArray, Source

BLOCK_PX = 1024
"""Side of what is drawn at once: larger ones waste less at their borders, and need more memory."""

KeepKind = Callable[[Box, KindArray], None]


def depth_first(columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """Yield the (column, row) of all blocks in the order in which `write_pyramid` comes to them."""
    side = 1
    while side < max(columns, rows):
        side *= 2
    yield from _quarter(0, 0, side, columns, rows)


def _quarter(column: int, row: int, side: int, columns: int, rows: int) -> Iterator[tuple[int, int]]:
    if column >= columns or row >= rows:
        return
    if side == 1:
        yield column, row
        return
    half = side // 2
    for down in (0, half):
        for right in (0, half):
            yield from _quarter(column + right, row + down, half, columns, rows)


class Ahead:
    """Answers `write_pyramid` from blocks that threads have drawn meanwhile. Use it in a `with`.

    Args:
        source: What is drawn.
        keep: Takes the kinds of each tile that is asked for.
        threads: How many draw at once; as many blocks more wait to be asked for.
    """

    def __init__(self, source: Source, *, keep: KeepKind, threads: int) -> None:
        self._source = source
        self._keep = keep
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="zoomiseg-draw")
        self._places = depth_first(-(-source.width // BLOCK_PX), -(-source.height // BLOCK_PX))
        self._waiting: dict[tuple[int, int], Future[View]] = {}
        self._place: tuple[int, int] | None = None
        self._drawn: View | None = None
        for _ in range(2 * threads):
            self._start_next()

    def read(self, box: Box) -> ImageArray:
        """Return the pixels of a tile, and hand its kinds on; the tile lies in one block."""
        place = box.x // BLOCK_PX, box.y // BLOCK_PX
        block = self._box_of(place)
        assert block.encloses(box), "tiles divide a block evenly"
        if place != self._place or self._drawn is None:
            self._drawn = None
            self._start_next()
            waiting = self._waiting.pop(place, None)
            self._drawn = waiting.result() if waiting else self._source.read(block)
            self._place = place
        rows, columns = box.slices_in(block)
        self._keep(box, self._drawn.kind[rows, columns])
        return self._drawn.image[rows, columns]

    def _start_next(self) -> None:
        place = next(self._places, None)
        if place is not None:
            self._waiting[place] = self._pool.submit(self._source.read, self._box_of(place))

    def _box_of(self, place: tuple[int, int]) -> Box:
        x, y = place[0] * BLOCK_PX, place[1] * BLOCK_PX
        return Box(x, y, min(BLOCK_PX, self._source.width - x), min(BLOCK_PX, self._source.height - y))

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
