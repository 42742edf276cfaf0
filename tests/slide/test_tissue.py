import numpy as np
import pytest
from slide_files import write_tiff_pyramid

from zoomiseg.slide import open_slide, sample_path, tissue_mask
from zoomiseg.slide._tissue import looks_like_tissue

GLASS = (243, 242, 244)
PALE_TISSUE = (236, 226, 236)
STAINS = {
    "pale stroma": PALE_TISSUE,
    "eosin": (232, 150, 190),
    "haematoxylin": (110, 80, 150),
    "nuclei, dense": (70, 40, 110),
    "red blood": (200, 90, 110),
}
NO_TISSUE = {
    "glass": GLASS,
    "white": (255, 255, 255),
    "shadow": (205, 204, 206),
    "blue pen": (40, 60, 170),
    "pale blue pen": (150, 170, 225),
    "green pen": (30, 130, 80),
    "black pen": (35, 33, 38),
    "grey pen": (140, 139, 143),
    "red pen": (225, 40, 50),
}


def colour_patch(colour):
    return np.full((4, 4, 3), colour, np.uint8)


@pytest.mark.parametrize("name", STAINS)
def test_stained_tissue_is_tissue(name):
    assert looks_like_tissue(colour_patch(STAINS[name]), glass=GLASS).all()


@pytest.mark.parametrize("name", NO_TISSUE)
def test_glass_and_pens_are_no_tissue(name):
    assert not looks_like_tissue(colour_patch(NO_TISSUE[name]), glass=GLASS).any()


def slide_with(folder, paint):
    noise = np.random.default_rng(3).normal(0, 1.5, (2048, 3072, 1))
    rgb = np.clip(np.full((2048, 3072, 3), GLASS) + noise, 0, 255).astype(np.uint8)
    paint(rgb)
    return open_slide(write_tiff_pyramid(folder / "a.tif", rgb))


def test_pale_tissue_is_found_to_its_edges(tmp_path):
    def paint(rgb):
        rgb[512:1536, 1024:2048] = PALE_TISSUE

    with slide_with(tmp_path, paint) as slide:
        tissue = tissue_mask(slide)
    expected = np.zeros((32, 48), bool)
    expected[8:24, 16:32] = True
    np.testing.assert_array_equal(tissue.mask, expected)
    assert tissue.fraction == pytest.approx(1 / 6)
    assert tissue.grid.mpp == (16.0, 16.0)


def test_pen_strokes_beside_and_across_tissue_are_dropped(tmp_path):
    def paint(rgb):
        rgb[512:1536, 1024:2048] = STAINS["eosin"]
        for row, name in enumerate(("blue pen", "green pen", "black pen", "red pen")):
            rgb[128 + 512 * row : 256 + 512 * row, :] = NO_TISSUE[name]

    with slide_with(tmp_path, paint) as slide:
        mask = tissue_mask(slide).mask
    assert not mask[:8].any()
    assert not mask[10:12].any()
    assert not mask[18:20].any()
    assert mask[13:17, 17:31].all()


def test_dust_is_dropped_and_a_lumen_is_filled(tmp_path):
    def paint(rgb):
        rgb[64:192, 64:192] = STAINS["eosin"]
        rgb[512:1536, 1024:2048] = STAINS["eosin"]
        rgb[960:1088, 1472:1600] = GLASS

    with slide_with(tmp_path, paint) as slide:
        mask = tissue_mask(slide).mask
    assert not mask[:6].any()
    assert mask[8:24, 16:32].all()


def test_an_empty_slide_has_no_tissue(tmp_path):
    with slide_with(tmp_path, lambda rgb: None) as slide:
        assert tissue_mask(slide).fraction == 0.0


def test_a_region_cut_out_of_tissue_is_all_tissue():
    with open_slide(sample_path("bcss-1015")) as slide:
        assert tissue_mask(slide).fraction > 0.98


def test_a_real_slide_is_split_into_tissue_and_glass():
    with open_slide(sample_path("cmu-1")) as slide:
        tissue = tissue_mask(slide)
        rgb = slide.read(tissue.grid.box, tissue.grid)
    assert tissue.fraction == pytest.approx(0.41, abs=0.05)
    assert not tissue.mask[:, -8:-1][:20].any()
    assert rgb[~tissue.mask].mean() > 235
    assert rgb[tissue.mask].mean() < 200


def test_the_mask_does_not_depend_on_the_strips(monkeypatch):
    with open_slide(sample_path("cmu-1")) as slide:
        whole = tissue_mask(slide).mask
        monkeypatch.setattr("zoomiseg.slide._tissue._STRIP_PX", 7 * whole.shape[1])
        np.testing.assert_array_equal(tissue_mask(slide).mask, whole)
