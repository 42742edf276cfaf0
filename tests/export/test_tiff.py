from __future__ import annotations

import numpy as np
import openslide
import pytest
import tifffile
from masks import blobs, grid_of, reader

from zoomiseg.errors import OutputError
from zoomiseg.export import write_mask_tiff

MASK = blobs((700, 1300), sigma=15, seed=5)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiff") / "mask.ome.tif"
    write_mask_tiff(path, reader(MASK), grid_of(MASK, (2.0, 2.0)))
    return path


def test_the_mask_comes_back_to_the_bit_as_0_and_255(written):
    np.testing.assert_array_equal(tifffile.imread(written), MASK * np.uint8(255))


def test_it_is_a_tiled_pyramidal_ome_bigtiff(written):
    with tifffile.TiffFile(written) as file:
        assert file.is_bigtiff
        assert file.is_ome
        assert file.pages.first.is_tiled
        shapes = [level.shape for level in file.series[0].levels]
        assert shapes[:2] == [(700, 1300), (350, 650)]
        assert 'PhysicalSizeX="0.5"' in file.ome_metadata


def test_reduced_levels_hold_nothing_but_0_and_255(written):
    with tifffile.TiffFile(written) as file:
        for level in file.series[0].levels:
            assert set(np.unique(level.asarray())) <= {0, 255}


def test_openslide_shows_the_same_mask_at_the_same_scale(written):
    with openslide.OpenSlide(written) as slide:
        assert slide.dimensions == (1300, 700)
        assert float(slide.properties["openslide.mpp-x"]) == pytest.approx(0.5)
        shown = np.asarray(slide.read_region((0, 0), 0, (1300, 700)))[..., 0]
    np.testing.assert_array_equal(shown > 0, MASK)


def test_progress_rises_to_1(tmp_path):
    seen = []
    write_mask_tiff(tmp_path / "a.tif", reader(MASK), grid_of(MASK), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        write_mask_tiff(tmp_path / "nowhere" / "a.tif", reader(MASK), grid_of(MASK))
