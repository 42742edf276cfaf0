"""Pieces and textures drawn from small images whose every pixel is known."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.datasets import Pair
from zoomiseg.errors import ManifestError
from zoomiseg.training._library import Library


def numbered(height: int, width: int) -> np.ndarray:
    """Return an image whose every pixel has a colour of its own."""
    return np.random.default_rng(1).permutation(height * width * 3).reshape(height, width, 3).astype(np.uint8)


def test_a_piece_is_one_of_the_eight_symmetries_of_its_image_and_mask(write_pair):
    image, mask = numbered(6, 6), np.arange(36).reshape(6, 6) < 11
    library = Library([write_pair(image, mask)])
    expected = {
        (variant.tobytes(), truth.tobytes())
        for across in (slice(None), slice(None, None, -1))
        for down in (slice(None), slice(None, None, -1))
        for axes in ((0, 1), (1, 0))
        for variant, truth in [
            (image[down, across].transpose(*axes, 2).copy(), mask[down, across].transpose(axes).copy())
        ]
    }
    rng = np.random.default_rng(2)
    pieces = [library.piece(rng, 1.0, limit=20) for _ in range(120)]
    assert len(expected) == 8
    assert {(piece.image.tobytes(), piece.mask.tobytes()) for piece in pieces} == expected


def test_a_piece_has_the_asked_scale(write_pair):
    mask = np.zeros((20, 30), bool)
    mask[:, :12] = True
    image = np.where(mask[..., None], [200, 100, 50], [30, 60, 90]).astype(np.uint8)
    library = Library([write_pair(image, mask, mpp=0.5)])
    for seed in range(8):
        piece = library.piece(np.random.default_rng(seed), 1.0, limit=100)
        assert sorted(piece.mask.shape) == [10, 15]
        assert piece.mask.sum() == 10 * 6
        np.testing.assert_array_equal(piece.image[piece.mask], [[200, 100, 50]] * 60)


def test_a_piece_is_cropped_to_the_limit_anywhere_in_its_image(write_pair):
    image = np.zeros((40, 40, 3), np.uint8)
    image[..., 0], image[..., 1] = np.indices((40, 40))
    library = Library([write_pair(image, np.zeros((40, 40)))])
    rng = np.random.default_rng(1)
    pieces = [library.piece(rng, 1.0, limit=10).image for _ in range(300)]
    assert {piece.shape for piece in pieces} == {(10, 10, 3)}
    corners = {(int(piece[..., 0].min()), int(piece[..., 1].min())) for piece in pieces}
    assert {row for row, _ in corners} == {column for _, column in corners} == set(range(31))


def test_kinds_are_those_of_the_pairs_and_can_be_asked_for(write_pair):
    grey = {"polyp": 100, "normal": 150, "": 200}
    pairs = [
        write_pair(np.full((9, 9, 3), value, np.uint8), np.ones((9, 9)), kind=k) for k, value in grey.items()
    ]
    library = Library(pairs)
    assert library.kinds == ("", "normal", "polyp")
    rng = np.random.default_rng(1)
    for _ in range(20):
        piece = library.piece(rng, 1.0, limit=9, kind="normal")
        assert (piece.kind, piece.image[0, 0, 0]) == ("normal", 150)
    assert {library.piece(rng, 1.0, limit=9).kind for _ in range(60)} == set(grey)


def test_only_the_mask_value_is_target(write_pair):
    mask = np.arange(16).reshape(4, 4) % 3
    library = Library([write_pair(np.zeros((4, 4, 3), np.uint8), mask, mask_value=2)])
    assert library.piece(np.random.default_rng(1), 1.0, limit=9).mask.sum() == np.count_nonzero(mask == 2)


def test_a_mask_of_half_the_size_is_brought_to_its_image(write_pair):
    mask = np.zeros((10, 10), bool)
    mask[:4, :5] = True
    library = Library([write_pair(np.zeros((20, 20, 3), np.uint8), mask)])
    piece = library.piece(np.random.default_rng(1), 1.0, limit=20)
    assert (piece.mask.shape, piece.mask.sum()) == ((20, 20), 80)


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(ManifestError, match=r"^There is nothing to train on"):
        Library([])


@pytest.mark.parametrize("lacking", ["mask", "mpp"])
def test_a_pair_without_mask_or_mpp_is_refused_by_name(write_pair, lacking):
    whole = write_pair(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4)))
    pair = Pair(whole.slide, None if lacking == "mask" else whole.mask, mpp=None if lacking == "mpp" else 1.0)
    with pytest.raises(ManifestError) as caught:
        Library([pair])
    assert str(caught.value) == f"{pair.slide} needs a mask and an mpp in its manifest to be trained on."


def test_a_damaged_image_is_named_before_training_starts(write_pair):
    pair = write_pair(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4)))
    pair.slide.write_bytes(b"\x89PNG and no more")
    with pytest.raises(ManifestError, match=r"1\.png is not an image that can be decoded"):
        Library([pair])


def test_a_texture_from_an_image_is_continued_by_mirroring(write_pair):
    image = numbered(6, 6)
    texture = Library([write_pair(image, np.ones((6, 6)))]).texture(np.random.default_rng(1), 1.0, 15)
    own = texture[:6, :6]
    mirrored = np.concatenate([own, own[::-1], own])[:15]
    np.testing.assert_array_equal(
        texture, np.concatenate([mirrored, mirrored[:, ::-1], mirrored], axis=1)[:, :15]
    )


def test_textures_are_drawn_one_time_in_five_where_there_is_one(write_pair):
    library = Library(
        [write_pair(np.full((8, 8, 3), 90, np.uint8), np.ones((8, 8)))],
        [(np.full((60, 70, 3), 30, np.uint8), 0.5)],
    )
    rng = np.random.default_rng(1)
    textures = [library.texture(rng, 1.0, 16) for _ in range(500)]
    assert {texture.shape for texture in textures} == {(16, 16, 3)}
    assert np.mean([texture[0, 0, 0] == 30 for texture in textures]) == pytest.approx(1 / 5, abs=0.05)


def test_textures_come_from_where_there_is_tissue(write_pair):
    slide = np.full((64, 256, 3), 245, np.uint8)
    slide[:, :64] = 120
    library = Library([write_pair(np.full((8, 8, 3), 90, np.uint8), np.ones((8, 8)))], [(slide, 1.0)])
    rng = np.random.default_rng(1)
    shares = [
        np.mean(t == 120) for t in (library.texture(rng, 1.0, 32) for _ in range(400)) if (t != 90).any()
    ]
    # One crop in six would be mostly tissue; with eight tries three in four are.
    assert np.mean(np.array(shares) > 0.55) > 0.6
