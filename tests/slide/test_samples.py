import numpy as np
import pytest

from zoomiseg.geometry import Box
from zoomiseg.slide import open_mask, open_slide, sample_path


def test_the_real_sample_is_a_pyramid_with_its_scale():
    with open_slide(sample_path("bcss-1015")) as slide:
        assert slide.levels == ((4096, 2048), (2048, 1024), (1024, 512), (512, 256))
        assert slide.mpp == (0.25, 0.25)
        assert slide.warnings == ()
        assert slide.grids.high.downsample == (2.0, 2.0)


def test_its_levels_show_the_same_picture():
    with open_slide(sample_path("bcss-1015")) as slide:
        box = Box(64, 32, 128, 128)
        coarse = slide.read(box, slide.grids.low).astype(float)
        fine = slide.read(box.scaled(4), slide.grids.high).reshape(128, 4, 128, 4, 3).mean(axis=(1, 3))
    assert np.abs(coarse - fine).mean() < 5.0  # what JPEG costs; half a pixel's shift would be 9
    assert np.abs((coarse - fine).mean(axis=(0, 1))).max() < 0.5


def test_its_truth_lies_on_its_pixels():
    with open_mask(sample_path("bcss-1015-mask")) as mask:
        assert (mask.width, mask.height) == (4096, 2048)
        whole = mask.read(Box(0, 0, 4096, 2048))
    assert set(np.unique(whole)) == {0, 255}
    assert 0.2 < (whole > 0).mean() < 0.8


@pytest.mark.parametrize("name", ["bcss-1015", "bcss-1015-mask", "cmu-1"])
def test_samples_are_small_files_of_the_package(name):
    assert 0 < sample_path(name).stat().st_size < 8_000_000


def test_an_unknown_sample_names_the_known_ones():
    with pytest.raises(KeyError, match="bcss-1015, bcss-1015-mask, cmu-1"):
        sample_path("other")
