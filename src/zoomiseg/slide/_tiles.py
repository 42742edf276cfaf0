"""Decoded tiles of a slide's levels in bounded memory, each decoded once however many threads ask."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import numpy as np

from zoomiseg.geometry import Box

from ._backend import Backend, ImageArray

TILE_SIZE = 512
_MAX_DECODERS = 4

TileKey = tuple[int, int, int]  # level, column, row


class TileCache:
    """Reads boxes of a backend's levels through a least-recently-used cache of tiles.

    Args:
        backend: Where the pixels come from.
        max_bytes: What the kept tiles may weigh together.
    """

    def __init__(self, backend: Backend, *, max_bytes: int) -> None:
        self._backend = backend
        self._max_bytes = max_bytes
        self._kept: OrderedDict[TileKey, ImageArray] = OrderedDict()
        self._bytes = 0
        self._decoding: dict[TileKey, Future[ImageArray]] = {}
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What the kept tiles weigh at present."""
        return self._bytes

    def read(self, level: int, box: Box) -> ImageArray:
        """Return (H, W, 3) uint8 of a box in the level's pixels; the box lies inside the level."""
        region = np.empty((box.height, box.width, 3), np.uint8)
        keys = list(_tiles_under(level, box))
        for key, tile in zip(keys, self._decode_all(keys), strict=True):
            tile_box = self._tile_box(key)
            common = tile_box.intersection(box)
            if common is not None:
                region[common.slices_in(box)] = tile[common.slices_in(tile_box)]
        return region

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _decode_all(self, keys: list[TileKey]) -> Iterator[ImageArray]:
        if len(keys) == 1:
            return iter([self._tile(keys[0])])
        return _decoders().map(self._tile, keys)

    def _tile(self, key: TileKey) -> ImageArray:
        with self._lock:
            tile = self._kept.get(key)
            if tile is not None:
                self._kept.move_to_end(key)
                return tile
            pending = self._decoding.get(key)
            if pending is None:
                mine: Future[ImageArray] = Future()
                self._decoding[key] = mine
        if pending is not None:
            return pending.result()
        return self._decode(key, mine)

    def _decode(self, key: TileKey, future: Future[ImageArray]) -> ImageArray:
        try:
            tile = self._backend.read_level(key[0], self._tile_box(key))
        except BaseException as error:
            with self._lock:
                del self._decoding[key]
            future.set_exception(error)
            raise
        with self._lock:
            del self._decoding[key]
            self._keep(key, tile)
        future.set_result(tile)
        return tile

    def _keep(self, key: TileKey, tile: ImageArray) -> None:
        self._kept[key] = tile
        self._bytes += tile.nbytes
        while self._bytes > self._max_bytes and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes

    def _tile_box(self, key: TileKey) -> Box:
        level, column, row = key
        width, height = self._backend.levels[level]
        x, y = column * TILE_SIZE, row * TILE_SIZE
        return Box(x, y, min(TILE_SIZE, width - x), min(TILE_SIZE, height - y))


def _tiles_under(level: int, box: Box) -> Iterator[TileKey]:
    for row in range(box.y // TILE_SIZE, -(-box.bottom // TILE_SIZE)):
        for column in range(box.x // TILE_SIZE, -(-box.right // TILE_SIZE)):
            yield level, column, row


@cache
def _decoders() -> ThreadPoolExecutor:
    # One small pool for all slides: OpenSlide and the codecs release Python's lock while they decode.
    return ThreadPoolExecutor(min(_MAX_DECODERS, os.cpu_count() or 1), thread_name_prefix="zoomiseg-decode")
