import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.geometry import Box
from zoomiseg.samples._ahead import BLOCK_PX, Ahead, depth_first
from zoomiseg.slide import write_pyramid

from .stubs import StubSource


@given(columns=st.integers(1, 9), rows=st.integers(1, 9))
def test_depth_first_is_every_block_once(columns, rows):
    blocks = list(depth_first(columns, rows))
    assert sorted(blocks) == [(column, row) for column in range(columns) for row in range(rows)]


@pytest.mark.parametrize("size", [(2500, 1300), (700, 3000)])
def test_blocks_are_drawn_in_the_order_in_which_tiles_are_asked_for(tmp_path, size):
    places = []

    def read(box):
        place = box.x // BLOCK_PX, box.y // BLOCK_PX
        if place not in places:
            places.append(place)
        assert place == places[-1], "a block's tiles come together"
        return np.zeros((box.height, box.width), np.uint8)

    write_pyramid(tmp_path / "a.tif", read, width=size[0], height=size[1], mpp=(0.5, 0.5), kind="mask")
    assert places == list(depth_first(-(-size[0] // BLOCK_PX), -(-size[1] // BLOCK_PX)))


def test_each_block_is_drawn_once_and_every_kind_is_handed_on():
    source = StubSource(2500, 1300)
    kept = np.zeros((1300, 2500), np.uint8)

    def keep(box, kind):
        kept[box.y : box.bottom, box.x : box.right] = kind

    image = np.zeros((1300, 2500, 3), np.uint8)
    with Ahead(source, keep=keep, threads=2) as ahead:
        for column, row in depth_first(5, 3):
            box = Box(column * 512, row * 512, min(512, 2500 - column * 512), min(512, 1300 - row * 512))
            image[box.y : box.bottom, box.x : box.right] = ahead.read(box)
    assert len(source.asked) == len(set(source.asked)) == 6
    np.testing.assert_array_equal(image, source.whole.image)
    np.testing.assert_array_equal(kept, source.whole.kind)


def test_an_error_while_drawing_reaches_the_reader_and_ends_the_threads():
    class Broken(StubSource):
        def read(self, box):
            raise RuntimeError("no more ink")

    before = threading.active_count()
    with (
        pytest.raises(RuntimeError, match="no more ink"),
        Ahead(Broken(3000, 3000), keep=lambda box, kind: None, threads=2) as ahead,
    ):
        ahead.read(Box(0, 0, 512, 512))
    assert threading.active_count() == before
