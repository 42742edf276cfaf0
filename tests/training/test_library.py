"""Pieces and textures drawn from small images whose every pixel is known."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.datasets import Pair
from zoomiseg.errors import ManifestError
from zoomiseg.samples import Kind
from zoomiseg.training import _tiles

from .conftest import COLOURS
from .stubs import library_of


def numbered(height: int, width: int) -> np.ndarray:
    """Return an image whose every pixel has a colour of its own."""
    return np.random.default_rng(1).permutation(height * width * 3).reshape(height, width, 3).astype(np.uint8)


def test_a_piece_is_one_of_the_eight_symmetries_of_its_image_and_mask(write_pair):
    image, mask = numbered(6, 6), np.arange(36).reshape(6, 6) < 11
    library = library_of([write_pair(image, mask)])
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
    library = library_of([write_pair(image, mask, mpp=0.5)])
    for seed in range(8):
        piece = library.piece(np.random.default_rng(seed), 1.0, limit=100)
        assert sorted(piece.mask.shape) == [10, 15]
        assert piece.mask.sum() == 10 * 6
        np.testing.assert_array_equal(piece.image[piece.mask], [[200, 100, 50]] * 60)


def test_a_piece_is_cropped_to_the_limit_anywhere_in_its_image(write_pair):
    image = np.zeros((40, 40, 3), np.uint8)
    image[..., 0], image[..., 1] = np.indices((40, 40))
    library = library_of([write_pair(image, np.zeros((40, 40)))])
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
    library = library_of(pairs)
    assert library.kinds == ("", "normal", "polyp")
    rng = np.random.default_rng(1)
    for _ in range(20):
        piece = library.piece(rng, 1.0, limit=9, kind="normal")
        assert (piece.kind, piece.image[0, 0, 0]) == ("normal", 150)
    assert {library.piece(rng, 1.0, limit=9).kind for _ in range(60)} == set(grey)


def test_only_the_mask_value_is_target(write_pair):
    mask = np.arange(16).reshape(4, 4) % 3
    library = library_of([write_pair(np.zeros((4, 4, 3), np.uint8), mask, mask_value=2)])
    assert library.piece(np.random.default_rng(1), 1.0, limit=9).mask.sum() == np.count_nonzero(mask == 2)


def test_a_mask_of_half_the_size_is_brought_to_its_image(write_pair):
    mask = np.zeros((10, 10), bool)
    mask[:4, :5] = True
    library = library_of([write_pair(np.zeros((20, 20, 3), np.uint8), mask)])
    piece = library.piece(np.random.default_rng(1), 1.0, limit=20)
    assert (piece.mask.shape, piece.mask.sum()) == ((20, 20), 80)


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(ManifestError, match=r"^There is nothing to train on"):
        library_of([])


@pytest.mark.parametrize("lacking", ["mask", "mpp"])
def test_a_pair_without_mask_or_mpp_is_refused_by_name(write_pair, lacking):
    whole = write_pair(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4)))
    pair = Pair(whole.slide, None if lacking == "mask" else whole.mask, mpp=None if lacking == "mpp" else 1.0)
    with pytest.raises(ManifestError) as caught:
        library_of([pair])
    assert str(caught.value) == f"{pair.slide} needs a mask and an mpp in its manifest to be trained on."


def test_a_damaged_image_is_named_before_training_starts(write_pair):
    pair = write_pair(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4)))
    pair.slide.write_bytes(b"\x89PNG and no more")
    with pytest.raises(ManifestError, match=r"1\.png is not an image that can be decoded"):
        library_of([pair])


def test_a_texture_from_an_image_is_continued_by_mirroring(write_pair):
    image = numbered(6, 6)
    texture = library_of([write_pair(image, np.ones((6, 6)))]).texture(np.random.default_rng(1), 1.0, 15)
    own = texture[:6, :6]
    mirrored = np.concatenate([own, own[::-1], own])[:15]
    np.testing.assert_array_equal(
        texture, np.concatenate([mirrored, mirrored[:, ::-1], mirrored], axis=1)[:, :15]
    )


def test_textures_are_drawn_one_time_in_five_where_there_is_one(write_pair):
    library = library_of(
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
    library = library_of([write_pair(np.full((8, 8, 3), 90, np.uint8), np.ones((8, 8)))], [(slide, 1.0)])
    rng = np.random.default_rng(1)
    shares = [
        np.mean(t == 120) for t in (library.texture(rng, 1.0, 32) for _ in range(400)) if (t != 90).any()
    ]
    # One crop in six would be mostly tissue; with eight tries three in four are.
    assert np.mean(np.array(shares) > 0.55) > 0.6


@pytest.fixture
def generated(write_tissue, patchwork, monkeypatch):
    """A library of one slide that is one tile of 192 x 192 pixels of 0.5 µm, and has a quiet square."""
    monkeypatch.setattr(_tiles, "_QUIET_PX", 16)
    return library_of([write_tissue(patchwork)], mpp=(0.5, 1.5), size=100)


def agrees(image: np.ndarray, tissue: np.ndarray) -> bool:
    """Say whether nine pixels in ten have their tissue's colour; JPEG blurs the others, at borders."""
    expected = np.zeros(image.shape, int)
    for kind, colour in COLOURS.items():
        expected[tissue == kind] = colour
    return bool(np.mean(np.abs(image - expected).max(axis=2) < 12) > 0.9)


def test_a_window_is_a_part_of_its_slide_in_one_of_eight_positions(write_slide):
    values = np.random.default_rng(1).integers(0, 9, (70, 60), np.uint8)
    library = library_of([write_slide(np.full((70, 60, 3), 99, np.uint8), values)], mpp=(0.5, 0.5), size=56)
    variants = {
        (turn, across, row, column): np.rot90(values, turn)[:, ::across][row : row + 40, column : column + 40]
        for turn in range(4)
        for across in (1, -1)
        for row in range(31)
        for column in range(31)
    }
    where = {part.tobytes(): place for place, part in variants.items() if part.shape == (40, 40)}
    rng = np.random.default_rng(2)
    windows = [library.window(rng, 0.5, 40) for _ in range(200)]
    places = [where[window.tissue.tobytes()] for window in windows]
    assert {place[:2] for place in places} == {(turn, across) for turn in range(4) for across in (1, -1)}
    assert {place[2] for place in places} == set(range(31))
    for window in windows:
        np.testing.assert_array_equal(window.marked, window.tissue == Kind.TUMOUR)


def test_a_window_has_the_asked_scale(generated, patchwork):
    windows = [generated.window(np.random.default_rng(seed), 1.0, 96) for seed in range(8)]
    for window in windows:
        assert agrees(window.image, window.tissue)
        assert np.count_nonzero(window.marked) == 40 * 25


def test_outside_its_slide_a_window_is_white_glass(generated):
    for seed in range(8):
        window = generated.window(np.random.default_rng(seed), 1.5, 100)
        outside = window.tissue == Kind.GLASS
        assert outside.sum() == 100 * 100 - 64 * 64
        assert (window.image[outside] == 255).all()


def test_windows_near_what_is_marked_come_from_tiles_with_enough_of_it(write_tissue):
    tissue = np.full((64, 1024), Kind.STROMA, np.uint8)
    tissue[:, :64] = Kind.TUMOUR
    library = library_of([write_tissue(tissue)], mpp=(0.5, 0.5), size=64)
    rng = np.random.default_rng(1)
    assert all(library.window(rng, 0.5, 64, marked=True).marked.mean() > 0.5 for _ in range(40))
    shares = [library.window(rng, 0.5, 64).marked.mean() for _ in range(200)]
    assert np.mean(np.array(shares) > 0) == pytest.approx(1 / 16, abs=0.06)


def test_a_background_is_tissue_without_tumour_and_glands(generated):
    for seed in range(12):
        image = generated.background(np.random.default_rng(seed), 0.5, 48)
        assert image.shape == (48, 48, 3)
        for kind in (Kind.TUMOUR, Kind.GLAND, Kind.GLASS):
            assert np.abs(image.astype(int) - COLOURS[kind]).max(axis=2).min() > 20


def test_without_generated_slides_there_is_no_background(tissue_pairs):
    assert library_of(tissue_pairs).background(np.random.default_rng(1), 1.0, 48) is None


def test_pieces_come_from_images_where_there_are_both(write_pair, write_tissue, patchwork):
    real = write_pair(np.full((30, 30, 3), 77, np.uint8), np.ones((30, 30)), kind="polyp")
    library = library_of([write_tissue(patchwork), real])
    assert library.kinds == ("polyp",)
    rng = np.random.default_rng(1)
    assert {library.piece(rng, 1.0, limit=40).kind for _ in range(20)} == {"polyp"}


def test_generated_slides_alone_give_pieces_too(generated):
    assert (generated.has_images, generated.has_generated) == (False, True)
    piece = generated.piece(np.random.default_rng(1), 0.5, limit=400)
    assert piece.mask.sum() == 80 * 50
    near = np.abs(piece.image.astype(int) - COLOURS[Kind.TUMOUR]).max(axis=2) < 12
    assert np.mean(near[piece.mask]) > 0.9


def test_textures_come_from_slides_images_and_generated_slides(write_pair, write_tissue):
    stroma = write_tissue(np.full((64, 64), Kind.STROMA, np.uint8))
    image = write_pair(np.full((40, 40, 3), 90, np.uint8), np.ones((40, 40)))
    library = library_of([image, stroma], [(np.full((60, 70, 3), 30, np.uint8), 0.5)])
    rng = np.random.default_rng(1)
    reds = np.array([library.texture(rng, 1.0, 16)[8, 8, 0] for _ in range(600)])
    for found, share in ((reds == 30, 1 / 9), (reds == 90, 4 / 9), (reds > 180, 4 / 9)):
        assert np.mean(found) == pytest.approx(share, abs=0.06)
