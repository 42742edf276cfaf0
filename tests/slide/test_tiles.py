import threading
from collections import Counter

import numpy as np
import pytest

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box
from zoomiseg.slide._tiles import TILE_SIZE, TileCache

WIDTH, HEIGHT = 3 * TILE_SIZE + 100, 2 * TILE_SIZE + 7


class Counting:
    """Pixels that tell their own place, and a count of the decoded boxes."""

    levels = ((WIDTH, HEIGHT),)

    def __init__(self):
        self.decoded = Counter()
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()

    def read_level(self, level, box):
        self.gate.wait(5)
        self.decoded[level, box] += 1
        if self.fails:
            raise SlideError("cut short")
        y, x = np.mgrid[box.y : box.bottom, box.x : box.right]
        return np.stack([x % 251, y % 241, (x * y) % 239], axis=2).astype(np.uint8)


def test_a_box_is_put_together_from_its_tiles():
    backend = Counting()
    box = Box(13, 500, WIDTH - 13, 100)
    found = TileCache(backend, max_bytes=1 << 30).read(0, box)
    np.testing.assert_array_equal(found, Counting().read_level(0, box))


def test_a_tile_is_decoded_once():
    backend = Counting()
    tiles = TileCache(backend, max_bytes=1 << 30)
    for _ in range(3):
        tiles.read(0, Box(0, 0, WIDTH, HEIGHT))
    assert len(backend.decoded) == 12
    assert set(backend.decoded.values()) == {1}


def test_threads_that_ask_at_once_share_one_decoding():
    backend = Counting()
    backend.gate.clear()
    tiles = TileCache(backend, max_bytes=1 << 30)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(tiles.read(0, Box(5, 5, 600, 600)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    backend.gate.set()
    for thread in threads:
        thread.join(10)
    assert len(results) == 8
    assert set(backend.decoded.values()) == {1}
    assert all((result == results[0]).all() for result in results)


def test_the_cache_stays_within_its_bytes_and_drops_the_least_recently_used():
    backend = Counting()
    tile_bytes = TILE_SIZE**2 * 3
    tiles = TileCache(backend, max_bytes=2 * tile_bytes)
    first, second, third = (Box(column * TILE_SIZE, 0, 9, 9) for column in range(3))
    for box in (first, second, first, third):
        tiles.read(0, box)
        assert tiles.size_bytes <= 2 * tile_bytes
    tiles.read(0, first)
    assert sorted(backend.decoded.values()) == [1, 1, 1]
    tiles.read(0, second)
    assert max(backend.decoded.values()) == 2


def test_without_a_cache_reading_still_works():
    tiles = TileCache(Counting(), max_bytes=0)
    assert tiles.read(0, Box(0, 0, 600, 3)).shape == (3, 600, 3)
    assert tiles.size_bytes == 0


def test_a_failed_decoding_is_tried_again():
    backend = Counting()
    tiles = TileCache(backend, max_bytes=1 << 30)
    backend.fails = True
    with pytest.raises(SlideError, match="cut short"):
        tiles.read(0, Box(0, 0, 5, 5))
    backend.fails = False
    assert tiles.read(0, Box(0, 0, 5, 5)).shape == (5, 5, 3)
