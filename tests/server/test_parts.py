"""The small parts: numbering of tiles, history of changes, bounded memory of pictures."""

from __future__ import annotations

import io
import math
import platform
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.server._history import History
from zoomiseg.server._pictures import PictureCache, mask_png, probability_png
from zoomiseg.server._pyramid import DeepZoom
from zoomiseg.session import Change

sizes = st.integers(1, 200_000)
boxes = st.builds(Box, st.integers(0, 400), st.integers(0, 400), st.integers(1, 200), st.integers(1, 200))


@given(width=sizes, height=sizes)
def test_the_highest_level_is_the_first_whose_power_of_two_holds_the_slide(width, height):
    assert DeepZoom(width, height).max_level == math.ceil(math.log2(max(width, height)))


@given(width=st.integers(1, 3000), height=st.integers(1, 3000), data=st.data())
def test_the_tiles_of_a_level_cover_it_once(width, height, data):
    zoom = DeepZoom(width, height)
    level = data.draw(st.integers(0, zoom.max_level))
    factor = 2 ** (zoom.max_level - level)
    columns, rows = math.ceil(width / factor / 256), math.ceil(height / factor / 256)
    tiles = [zoom.tile(level, x, y) for y in range(rows) for x in range(columns)]
    assert sum(tile.area for tile in tiles if tile) == math.ceil(width / factor) * math.ceil(height / factor)
    assert zoom.tile(level, columns, 0) is None
    assert zoom.tile(level, 0, rows) is None


@given(changes=st.lists(st.lists(boxes, max_size=3), max_size=80), asked=boxes, seen=st.integers(0, 90))
def test_the_history_knows_the_last_change_of_any_box(changes, asked, seen):
    history = History(5)
    expected = 5
    for revision, changed in enumerate(changes, start=6):
        assert history.add(Change(revision, tuple(changed)))
        if any(box.intersection(asked) for box in changed):
            expected = revision
    assert history.last_change(asked) == expected
    assert not history.add(Change(5, (asked,)))
    whole = Box(0, 0, 600, 600)
    if 5 <= seen <= history.revision:
        later = {box for changed in changes[seen - 5 :] for box in changed}
        assert set(history.since(seen, whole)) == later
    else:
        assert history.since(seen, whole) == (whole,)


@given(sizes=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), max_size=60))
def test_pictures_never_weigh_more_than_allowed(sizes):
    cache = PictureCache(100)
    for key, size in sizes:
        cache.put(key, bytes(size))
        assert cache.size_bytes <= 100
        assert cache.get(key) == bytes(size)
    assert cache.size_bytes == sum(len(cache.get(key) or b"") for key in range(10))


def test_a_mask_is_red_inside_and_transparent_outside():
    mask = np.zeros((5, 9), bool)
    mask[1:3, 2:7] = True
    shown = np.asarray(Image.open(io.BytesIO(mask_png(mask))).convert("RGBA"))
    assert np.array_equal(shown[..., 3], np.where(mask, 255, 0))
    assert np.array_equal(shown[mask], np.broadcast_to([255, 0, 0, 255], (10, 4)))


def test_a_probability_is_grey_to_the_nearest_of_255_steps():
    values = np.array([[0.0, 0.5, 1.0, 0.25]], np.float32)
    shown = np.asarray(Image.open(io.BytesIO(probability_png(values))))
    assert shown.tolist() == [[0, 128, 255, 64]]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_all_threads_of_a_server_share_their_heaps():
    code = "from zoomiseg.server._heap import share_heap; assert share_heap()"
    subprocess.run([sys.executable, "-c", code], check=True)
