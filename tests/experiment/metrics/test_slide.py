from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment.metrics import _slide, contour, measure_slide, overlap_of
from zoomiseg.experiment.metrics._boundary import boundary_counts
from zoomiseg.geometry import Box, grids_of

from .shapes import blobs, reader
from .test_hausdorff import measured


def cells_of(width, height, side):
    return [
        Box(x, y, min(side, width - x), min(side, height - y))
        for y in range(0, height, side)
        for x in range(0, width, side)
    ]


@pytest.mark.parametrize(("width", "height"), [(130, 97), (64, 64), (200, 40)])
def test_a_slide_in_blocks_is_measured_as_the_whole(width, height, monkeypatch):
    monkeypatch.setattr(_slide, "BLOCK_PX", 40)
    prediction, truth = blobs(1, width, height, coarse=4), blobs(2, width, height, coarse=5)
    high, cells = grids_of(width, height, (0.5, 0.5)).high, cells_of(width, height, 64)
    found = measure_slide(reader(prediction), reader(truth), high, cells)
    whole, window = high.box, high.box.expanded(29)
    parts = [np.pad(each, 29) for each in (prediction, truth, contour(prediction), contour(truth))]
    expected = boundary_counts(
        parts[0], parts[1], contours=(parts[2], parts[3]), block=whole, window=window, mpp=high.mpp
    )
    assert found.boundary == expected
    assert found.overlap == overlap_of(prediction, truth)
    assert found.hd95_um == measured(prediction, truth).hd95_um()
    for cell, overlap in zip(cells, found.cells, strict=True):
        place = cell.slices_in(whole)
        assert overlap == overlap_of(prediction[place], truth[place])


def test_an_edge_of_the_slide_bounds_a_band_but_is_no_contour():
    everything = np.ones((100, 100), bool)
    high = grids_of(100, 100, (0.5, 0.5)).high
    found = measure_slide(reader(everything), reader(everything), high, [high.box])
    assert found.boundary.predicted == 0
    assert found.boundary.band_common == 100**2 - 42**2


def test_reads_never_reach_outside_the_slide():
    high = grids_of(70, 50, (0.5, 0.5)).high
    mask = blobs(1, 70, 50)

    def read(box):
        assert high.box.encloses(box)
        return reader(mask)(box)

    assert measure_slide(read, read, high, cells_of(70, 50, 32)).overlap.iou == 1.0
