from __future__ import annotations

import pytest
from shapely.geometry import Polygon, box

from zoomiseg.errors import OutputError
from zoomiseg.export._polygons import Region
from zoomiseg.export._spool import RegionSpool


def test_regions_come_back_in_raster_order_to_the_bit_and_leave_no_file(tmp_path):
    ring = Polygon(box(0.1, 0, 9, 9).exterior.coords, [box(3, 3, 4, 4.3).exterior.coords])
    regions = [Region((7, 1), box(1, 7, 2, 8)), Region((0, 5), ring), Region((0, 2), box(2, 0, 3, 1))]
    with RegionSpool(tmp_path / "a.geojson") as spool:
        for region in regions:
            spool.put(region)
        assert len(spool) == 3
        expected = [regions[2].polygon.wkb, ring.wkb, regions[0].polygon.wkb]
        # Two readers at once do not disturb each other.
        for one, other, wkb in zip(spool, spool, expected, strict=True):
            assert one.wkb == other.wkb == wkb
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"nowhere.a\.geojson cannot be written"):
        RegionSpool(tmp_path / "nowhere" / "a.geojson")
