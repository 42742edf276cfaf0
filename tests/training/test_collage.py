"""Collages of flat images: each pixel tells which image it came from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from zoomiseg.training._collage import collage
from zoomiseg.training._library import Library

GREY = {"cancer": 60, "normal": 120, "polyp": 180}


@pytest.fixture
def library(write_pair):
    """One kind all marked, one not at all, and one, nine times as frequent, half."""
    masks = {"cancer": np.ones((30, 40)), "normal": np.zeros((30, 40)), "polyp": np.eye(30, 40)}
    counts = {"cancer": 1, "normal": 1, "polyp": 9}
    return Library(
        [
            write_pair(np.full((30, 40, 3), GREY[kind], np.uint8), mask, kind=kind)
            for kind, mask in masks.items()
            for _ in range(counts[kind])
        ]
    )


@pytest.mark.parametrize("seed", range(12))
def test_pixels_marks_and_kinds_agree(library, seed):
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


def test_no_image_covers_another(write_pair):
    framed = np.full((30, 40, 3), 10, np.uint8)
    framed[1:-1, 1:-1] = 100
    library = Library([write_pair(framed, np.ones((30, 40)))])
    for seed in range(10):
        image = collage(np.random.default_rng(seed), library, 1.0, 128).image[..., 0]
        # Inside its frame every image that the patch's border does not cut is whole.
        for rows, columns in ndimage.find_objects(ndimage.label(image == 100)[0]):
            if min(rows.start, columns.start) > 0 and max(rows.stop, columns.stop) < 128:
                assert sorted((rows.stop - rows.start, columns.stop - columns.start)) == [28, 38]


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
