"""How images and slides become what a library keeps: exact masks, whole coverage, little glass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from zoomiseg.errors import ManifestError, SlideError
from zoomiseg.geometry import Box, grids_of
from zoomiseg.samples import Kind
from zoomiseg.training import _tiles
from zoomiseg.training._tiles import quiet_square, stored_parts, tile_boxes


def noise(height: int, width: int, *, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(40, 180, (height, width, 3), np.uint8)


@given(
    width=st.integers(1, 90), height=st.integers(1, 90), stride=st.integers(4, 40), more=st.integers(0, 40)
)
def test_tiles_lie_in_the_slide_and_cover_it(width, height, stride, more):
    covered = np.zeros((height, width), int)
    grid = grids_of(width, height, (0.5, 0.5)).slide
    for box in tile_boxes(grid, side=stride + more, stride=stride):
        assert grid.box.encloses(box)
        assert (box.width, box.height) == (min(stride + more, width), min(stride + more, height))
        covered[box.slices_in(grid.box)] += 1
    assert covered.all()


def test_a_small_image_stays_as_its_file_has_it(write_pair):
    pair = write_pair(noise(30, 40), np.eye(30, 40), kind="polyp", mpp=1.5)
    (stored,) = stored_parts(pair, mpp=(2.0, 3.0), size=16)
    assert stored.image == pair.slide.read_bytes()
    assert (stored.kind, stored.mpp, stored.quiet) == ("polyp", 1.5, None)
    np.testing.assert_array_equal(stored.decoded()[1], np.eye(30, 40) * 255)


def test_a_photo_stays_as_it_is_stored_whatever_the_camera_noted(write_pair, tmp_path):
    pair = write_pair(noise(16, 24), np.eye(16, 24), mpp=1.5)
    exif = Image.Exif()
    exif[274] = 3  # its orientation: upside down
    corner = np.zeros((16, 24, 3), np.uint8)
    corner[:8, :8] = 255
    Image.fromarray(corner).save(tmp_path / "photo.jpg", exif=exif, quality=95)
    (stored,) = stored_parts(replace(pair, slide=tmp_path / "photo.jpg"), mpp=(2.0, 3.0), size=16)
    assert stored.decoded()[0][:6, :6].min() > 200


def test_a_long_image_is_cut_into_tiles_of_the_finest_scale(write_pair):
    pair = write_pair(noise(64, 1600), np.ones((64, 1600)), mpp=1.0)
    parts = stored_parts(pair, mpp=(2.0, 4.0), size=50)
    assert {part.mpp for part in parts} == {2.0}
    # The largest sample is 50 pixels of 4 µm; a tile is a quarter longer, and the image 32 pixels high.
    assert {part.decoded()[0].shape for part in parts} == {(32, 125, 3)}
    assert len(parts) == 8


def test_a_slide_coarser_than_the_recipe_keeps_its_pixels_and_its_exact_classes(write_slide):
    rng = np.random.default_rng(2)
    image, values = noise(70, 90), rng.integers(0, 9, (70, 90), np.uint8)
    (stored,) = stored_parts(write_slide(image, values), mpp=(0.4, 0.8), size=64)
    assert (stored.mpp, stored.target, stored.kind) == (0.5, Kind.TUMOUR, "generated")
    found, classes = stored.decoded()
    np.testing.assert_array_equal(classes, values)
    assert found.shape == image.shape
    assert stored.marked == pytest.approx(np.mean(values == Kind.TUMOUR))


def test_a_finer_slide_is_shrunk_and_its_classes_are_those_at_the_middles(write_slide):
    values = np.random.default_rng(3).integers(0, 9, (60, 90), np.uint8)
    pair = write_slide(np.repeat(np.repeat(noise(4, 6), 15, axis=0), 15, axis=1), values)
    (stored,) = stored_parts(pair, mpp=(1.5, 1.5), size=40)
    found, classes = stored.decoded()
    assert stored.mpp == pytest.approx(1.5)
    assert found.shape == (20, 30, 3)
    # Three slide pixels a tile pixel: the middle one decides.
    np.testing.assert_array_equal(classes, values[1::3, 1::3])
    np.testing.assert_allclose(found[2::5, 2::5], noise(4, 6), atol=12)


@pytest.mark.parametrize(("mask_value", "expected"), [(None, (255, 0)), (2, (0, 255))])
def test_the_mask_of_a_real_slide_is_target_or_not(write_slide, mask_value, expected):
    values = np.full((40, 80), 1, np.uint8)
    values[:, 40:] = 0 if mask_value is None else 2
    pair = write_slide(noise(40, 80), values, kind="carcinoma", mask_value=mask_value)
    (stored,) = stored_parts(pair, mpp=(0.5, 0.5), size=80)
    classes = stored.decoded()[1]
    assert (stored.target, stored.quiet) == (255, None)
    assert (classes[:, :40] == expected[0]).all()
    assert (classes[:, 40:] == expected[1]).all()


def test_a_generated_slide_without_a_mask_value_is_tumour_in_stroma(write_slide):
    pair = write_slide(noise(40, 40), np.eye(40, dtype=np.uint8) * 255, mask_value=None)
    (stored,) = stored_parts(pair, mpp=(0.5, 0.5), size=40)
    np.testing.assert_array_equal(stored.decoded()[1], np.where(np.eye(40), Kind.TUMOUR, Kind.STROMA))


def test_one_glassy_tile_in_ten_is_kept(write_slide):
    image = np.full((32, 1312, 3), 245, np.uint8)
    image[:, :32] = 100
    parts = stored_parts(write_slide(image, np.zeros((32, 1312), np.uint8)), mpp=(0.5, 0.5), size=32)
    # 40 steps of 32 pixels make 41 tiles of 40; the first alone shows tissue, the second a last column of it.
    bright = [part.bright for part in parts]
    assert sum(share > 0.95 for share in bright) == 4
    assert sum(share < 0.95 for share in bright) == 1


def test_a_mask_of_half_the_size_is_read_at_the_same_places(write_slide, write_pair):
    values = np.random.default_rng(4).integers(1, 9, (30, 40), np.uint8)
    slide, mask = write_slide(noise(60, 80), np.zeros((60, 80), np.uint8)), write_slide(noise(30, 40), values)
    pair = type(slide)(slide.slide, mask.mask, mask_value=2, extra=slide.extra)
    (stored,) = stored_parts(pair, mpp=(0.5, 0.5), size=64)
    np.testing.assert_array_equal(stored.decoded()[1], values.repeat(2, axis=0).repeat(2, axis=1))


def test_a_mask_of_another_aspect_is_refused(write_slide):
    slide = write_slide(noise(60, 80), np.zeros((60, 60), np.uint8))
    with pytest.raises(ManifestError, match=r"is 60 x 60 and slide1.tif is 80 x 60: the mask must have"):
        stored_parts(slide, mpp=(0.5, 0.5), size=64)


def test_a_damaged_slide_is_named(write_slide):
    pair = write_slide(noise(60, 80), np.zeros((60, 80), np.uint8))
    pair.slide.write_bytes(pair.slide.read_bytes()[:500])
    with pytest.raises(SlideError, match=r"slide1\.tif"):
        stored_parts(pair, mpp=(0.5, 0.5), size=64)


@pytest.mark.parametrize("seed", range(6))
def test_the_quiet_square_is_the_largest_without_tumour_glands_and_glass(seed, monkeypatch):
    monkeypatch.setattr(_tiles, "_QUIET_PX", 1)
    shares = [0.5, 0.41, 0.03, 0.03, 0.03]
    kinds = [Kind.STROMA, Kind.FAT, Kind.TUMOUR, Kind.GLAND, Kind.GLASS]
    values = np.random.default_rng(seed).choice(kinds, (19, 23), p=shares)
    quiet = np.isin(values, (Kind.STROMA, Kind.FAT))
    odd_sides = [
        side
        for side in range(1, 20, 2)
        if np.lib.stride_tricks.sliding_window_view(quiet, (side, side)).all(axis=(2, 3)).any()
    ]
    box = quiet_square(values.astype(np.uint8), Kind.TUMOUR)
    assert box is not None
    assert (box.width, box.height) == (max(odd_sides),) * 2
    assert quiet[box.slices_in(Box(0, 0, 23, 19))].all()
    monkeypatch.setattr(_tiles, "_QUIET_PX", max(odd_sides) + 1)
    assert quiet_square(values.astype(np.uint8), Kind.TUMOUR) is None
