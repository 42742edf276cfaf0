"""Collages of flat images: each pixel tells which image it came from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from zoomiseg.training import _collage
from zoomiseg.training._collage import Collage, Seam, collage, drawn_seam, opacity
from zoomiseg.training._library import Piece

from .stubs import library_of

GREY = {"cancer": 60, "normal": 120, "polyp": 180}


@pytest.fixture
def library(write_pair):
    """One kind all marked, one not at all, and one, nine times as frequent, half."""
    masks = {"cancer": np.ones((30, 40)), "normal": np.zeros((30, 40)), "polyp": np.eye(30, 40)}
    counts = {"cancer": 1, "normal": 1, "polyp": 9}
    return library_of(
        [
            write_pair(np.full((30, 40, 3), GREY[kind], np.uint8), mask, kind=kind)
            for kind, mask in masks.items()
            for _ in range(counts[kind])
        ]
    )


@pytest.mark.parametrize("seed", range(12))
def test_pixels_marks_and_kinds_agree_between_hard_edges(library, seed, monkeypatch):
    monkeypatch.setattr(_collage, "drawn_seam", lambda rng, apart: Seam(int(rng.integers(-9, 9)), 0))
    patch = collage(np.random.default_rng(seed), library, 1.0, 128)
    assert patch.image.shape == (128, 128, 3)
    assert patch.kinds == ("cancer", "normal", "polyp")
    for index, kind in enumerate(patch.kinds):
        np.testing.assert_array_equal(patch.kind == index, (patch.image == GREY[kind]).all(axis=2))
    between = patch.kind == -1
    assert len(np.unique(patch.image[between], axis=0)) <= 1
    assert (patch.image[between] >= 228).all()
    assert not patch.marked[between].any()
    assert patch.marked[patch.kind == 0].all()
    assert not patch.marked[patch.kind == 1].any()


def test_no_image_covers_another_unless_they_fade(write_pair, monkeypatch):
    monkeypatch.setattr(_collage, "_FEATHERED", 0.0)
    framed = np.full((30, 40, 3), 10, np.uint8)
    framed[1:-1, 1:-1] = 100
    library = library_of([write_pair(framed, np.ones((30, 40)))])
    for seed in range(10):
        image = collage(np.random.default_rng(seed), library, 1.0, 128).image[..., 0]
        # Inside its frame every image that the patch's border does not cut is whole.
        for rows, columns in ndimage.find_objects(ndimage.label(image == 100)[0]):
            if min(rows.start, columns.start) > 0 and max(rows.stop, columns.stop) < 128:
                assert sorted((rows.stop - rows.start, columns.stop - columns.start)) == [28, 38]


def test_opacity_rises_along_a_line_from_the_border():
    found = opacity(13, 17, 6)
    for row in range(13):
        for column in range(17):
            depth = min(row, column, 12 - row, 16 - column) + 0.5
            assert found[row, column] == pytest.approx(min(depth / 6, 1))
    assert (opacity(5, 4, 0) == 1).all()


def test_a_faded_image_is_the_truth_where_it_shows_at_least_half():
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (40, 40, 3), np.uint8)
    marked, kind = rng.random((40, 40)) < 0.5, rng.integers(-1, 2, (40, 40)).astype(np.int8)
    patch = Collage(image.copy(), marked.copy(), kind.copy(), ("a", "b"))
    piece = Piece(rng.integers(0, 256, (33, 32, 3), np.uint8), rng.random((33, 32)) < 0.5, "b")
    _collage._paste(piece, patch, left=-5, top=20, ramp=8)
    for row, column in np.ndindex(40, 40):
        i, j = row - 20, column + 5
        inside = i >= 0 and j < 32
        alpha = min((min(i, j, 32 - i, 31 - j) + 0.5) / 8, 1) if inside else 0
        mixed = image[row, column] * (1 - alpha) + (piece.image[i, j] * alpha if inside else 0)
        assert np.abs(patch.image[row, column] - mixed).max() <= 0.51
        mine = alpha >= 0.5
        assert patch.marked[row, column] == (piece.mask[i, j] if mine else marked[row, column])
        assert patch.kind[row, column] == (1 if mine else kind[row, column])


def test_a_small_image_keeps_an_opaque_middle_and_two_thirds_of_its_place(write_pair, monkeypatch):
    monkeypatch.setattr(_collage, "drawn_seam", lambda rng, apart: Seam(-36, 24))
    library = library_of([write_pair(np.full((20, 20, 3), 60, np.uint8), np.ones((20, 20)))])
    patch = collage(np.random.default_rng(1), library, 1.0, 64)
    assert np.mean((patch.image == 60).all(axis=2)) > 0.2
    assert patch.marked.mean() > 0.8
    assert [Seam(-36, 24).step(length) for length in (20, 300)] == [13, 264]


def test_four_seams_in_ten_fade_and_six_in_ten_of_the_rest_leave_a_gap():
    seams = [drawn_seam(np.random.default_rng(seed)) for seed in range(2000)]
    faded = [seam for seam in seams if seam.ramp]
    assert len(faded) / 2000 == pytest.approx(0.4, abs=0.04)
    assert {seam.ramp for seam in faded} == set(range(4, 25))
    assert all(seam.ramp // 2 <= -seam.gap <= 1.5 * seam.ramp for seam in faded)
    hard = [seam.gap for seam in seams if not seam.ramp]
    assert set(hard) == set(range(13))
    assert np.mean(np.array(hard) == 0) == pytest.approx(0.4 + 0.6 / 13, abs=0.05)


def test_on_tissue_images_lie_apart_and_four_in_ten_fade_all_the_same():
    seams = [drawn_seam(np.random.default_rng(seed), apart=True) for seed in range(2000)]
    assert {seam.gap for seam in seams} == set(range(49))
    assert np.mean([seam.ramp > 0 for seam in seams]) == pytest.approx(0.4, abs=0.04)


def test_half_the_collages_lie_on_tissue_where_the_library_has_some(library, monkeypatch):
    monkeypatch.setattr(_collage, "drawn_seam", lambda rng, apart: Seam(30 if apart else 9, 0))
    monkeypatch.setattr(library, "background", lambda rng, mpp, size: np.full((size, size, 3), 33, np.uint8))
    patches = [collage(np.random.default_rng(seed), library, 1.0, 128) for seed in range(100)]
    on_tissue = [(patch.image[patch.kind == -1] == 33).all() for patch in patches]
    assert np.mean(on_tissue) == pytest.approx(0.5, abs=0.15)
    for patch, tissue in zip(patches, on_tissue, strict=True):
        assert not patch.marked[patch.kind == -1].any()
        assert tissue or (patch.image[patch.kind == -1] >= 228).all()


def test_images_fill_the_patch(library):
    shares = [np.mean(collage(np.random.default_rng(s), library, 1.0, 128).kind >= 0) for s in range(20)]
    # Four in ten have no gaps at all; there only rows of images of unequal height leave some.
    assert np.mean(shares) > 0.6
    assert min(shares) > 0.35


def test_pure_collages_draw_rare_kinds_as_often_as_common_ones(library):
    def share(*, pure):
        kinds = [collage(np.random.default_rng(s), library, 1.0, 128, pure=pure).kind for s in range(25)]
        found = np.concatenate([kind[kind >= 0] for kind in kinds])
        return np.mean(found == 2)

    assert share(pure=False) == pytest.approx(9 / 11, abs=0.08)
    assert share(pure=True) == pytest.approx(1 / 3, abs=0.1)
