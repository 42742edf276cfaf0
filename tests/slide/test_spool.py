"""Tiles on disk come back as they were put, whatever was read in between."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.slide import TileSpool

PLACES = [(column, row) for row in range(3) for column in range(4)]


@given(
    order=st.permutations(PLACES),
    tiles=st.lists(st.binary(min_size=1, max_size=40), min_size=12, max_size=12),
    shared=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_each_tile_can_be_read_before_the_others_are_put(
    order: list[tuple[int, int]], tiles: list[bytes], shared: list[bool]
) -> None:
    with TileSpool(Path(tempfile.gettempdir()), columns=4, rows=3) as spool:
        put: dict[tuple[int, int], bytes] = {}
        for place, tile, once in zip(order, tiles, shared, strict=True):
            assert spool.tile(*place) == b""
            spool.put(*place, tile, shared=once)
            put[place] = tile
            assert {place: spool.tile(*place) for place in put} == put
        assert list(spool.tiles()) == [put[place] for place in PLACES]
