"""An image and its mask, brought to one size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from zoomiseg.datasets import Pair, read_pair
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box
from zoomiseg.slide import open_mask, open_slide

EXIF_ORIENTATION, UPSIDE_DOWN = 274, 3
CLASSES = np.array([[0, 1, 2], [1, 0, 2]], np.uint8)


def with_palette(values: np.ndarray) -> Image.Image:
    """Draw class 0 white, 1 red and 2 black: no colour tells the number of its class."""
    image = Image.fromarray(values)
    image.putpalette([255, 255, 255, 255, 0, 0, 0, 0, 0])
    return image


@pytest.fixture
def pair(tmp_path):
    """Return a function that writes an image and a mask and returns their pair."""

    def write(mask, *, image=None, mask_value=None) -> Pair:
        pixels = np.zeros((*mask.shape[:2], 3), np.uint8) if image is None else image
        Image.fromarray(pixels).save(tmp_path / "image.png")
        Image.fromarray(mask).save(tmp_path / "mask.png")
        return Pair(tmp_path / "image.png", tmp_path / "mask.png", mask_value=mask_value)

    return write


def test_an_image_comes_as_red_green_blue(pair):
    image = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    np.testing.assert_array_equal(read_pair(pair(np.zeros((5, 7), np.uint8), image=image))[0], image)


def test_without_a_mask_value_all_above_zero_is_target(pair):
    mask = np.array([[0, 1, 2], [255, 0, 128]], np.uint8)
    np.testing.assert_array_equal(read_pair(pair(mask))[1], [[False, True, True], [True, False, True]])


def test_with_a_mask_value_only_that_value_is_target(pair):
    mask = np.array([[0, 1, 2], [255, 0, 2]], np.uint8)
    expected = [[False, False, True], [False, False, True]]
    np.testing.assert_array_equal(read_pair(pair(mask, mask_value=2))[1], expected)


def test_a_mask_of_sixteen_bits_keeps_its_high_values(pair):
    # 256 and 512 vanish where a mask is cut to eight bits.
    mask = np.array([[0, 256], [512, 3]], np.uint16)
    np.testing.assert_array_equal(read_pair(pair(mask))[1], [[False, True], [True, True]])
    np.testing.assert_array_equal(read_pair(pair(mask, mask_value=512))[1], [[False, False], [True, False]])


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_mask_in_colour_is_target_where_any_channel_is(pair, channel):
    mask = np.zeros((2, 3, 3), np.uint8)
    mask[1, 2, channel] = 1
    np.testing.assert_array_equal(read_pair(pair(mask))[1], mask[..., channel] > 0)


def test_the_opacity_of_a_mask_is_not_its_value(pair):
    mask = np.zeros((2, 3, 4), np.uint8)
    mask[..., 3] = 255
    mask[0, 1, 0] = 9
    np.testing.assert_array_equal(read_pair(pair(mask))[1], mask[..., 0] > 0)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("value", [None, 1, 2])
def test_a_mask_with_a_palette_counts_by_the_numbers_of_its_classes(pair, tmp_path, ending, value):
    written = pair(CLASSES, mask_value=value)
    path = tmp_path / f"palette.{ending}"
    with_palette(CLASSES).save(path)
    found = read_pair(replace(written, mask=path))[1]
    np.testing.assert_array_equal(found, CLASSES > 0 if value is None else value == CLASSES)
    with open_mask(path, value=value) as mask:
        np.testing.assert_array_equal(found, mask.foreground(Box(0, 0, 3, 2)))


@pytest.mark.parametrize("value", [None, 1, 255])
def test_a_mask_of_one_bit_is_zero_and_one(pair, tmp_path, value):
    written = pair(CLASSES, mask_value=value)
    assert written.mask is not None
    Image.fromarray(CLASSES > 0).save(written.mask)
    found = read_pair(written)[1]
    np.testing.assert_array_equal(found, CLASSES > 0 if value != 255 else CLASSES > 2)
    with open_mask(written.mask, value=value) as mask:
        np.testing.assert_array_equal(found, mask.foreground(Box(0, 0, 3, 2)))


def test_a_mask_with_a_palette_that_is_cut_short_is_named(pair, tmp_path):
    written = pair(CLASSES)
    assert written.mask is not None
    with_palette(np.random.default_rng(3).integers(0, 3, (64, 64), np.uint8)).save(written.mask)
    written.mask.write_bytes(written.mask.read_bytes()[:400])
    with pytest.raises(ManifestError, match=r"mask\.png is not an image that can be decoded\.$"):
        read_pair(written)


def test_an_image_is_not_turned_by_what_a_camera_noted(pair, tmp_path):
    written = pair(np.ones((32, 48), np.uint8))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = UPSIDE_DOWN
    corner = np.zeros((32, 48, 3), np.uint8)
    corner[:16, :16] = 255
    path = tmp_path / "photo.jpg"
    Image.fromarray(corner).save(path, exif=exif, quality=95)
    image = read_pair(replace(written, slide=path))[0]
    with open_slide(path, mpp=0.5) as slide:
        np.testing.assert_array_equal(image, slide.read(slide.grids.slide.box, slide.grids.slide))
    assert image[:12, :12].min() > 200


def test_a_smaller_mask_of_the_same_aspect_is_enlarged_pixel_by_pixel(pair):
    mask = np.array([[0, 1, 0], [1, 1, 0]], np.uint8)
    found = read_pair(pair(mask, image=np.zeros((8, 12, 3), np.uint8)))[1]
    np.testing.assert_array_equal(found, np.kron(mask, np.ones((4, 4))) > 0)


def test_a_larger_mask_keeps_what_lies_under_the_middle_of_each_pixel(pair):
    small = np.random.default_rng(2).integers(0, 2, (6, 8), np.uint8)
    mask = np.kron(small, np.ones((3, 3), np.uint8))
    found = read_pair(pair(mask, image=np.zeros((6, 8, 3), np.uint8)))[1]
    np.testing.assert_array_equal(found, small > 0)


@pytest.mark.parametrize(("width", "fits"), [(199, True), (201, True), (197, False), (203, False)])
def test_the_aspects_may_differ_by_one_percent(pair, width, fits):
    odd = pair(np.ones((100, width), np.uint8), image=np.zeros((200, 400, 3), np.uint8))
    if fits:
        assert read_pair(odd)[1].shape == (200, 400)
        return
    with pytest.raises(ManifestError) as caught:
        read_pair(odd)
    assert str(caught.value) == (
        f"{odd.mask} is {width} x 100 and image.png is 400 x 200: "
        "the mask must have the slide's aspect within 1%."
    )


def test_a_pair_without_a_mask_is_refused(tmp_path):
    with pytest.raises(ManifestError, match=r"^a\.png has no mask in its manifest\.$"):
        read_pair(Pair(tmp_path / "a.png", None))


@pytest.mark.parametrize("content", [b"", b"not a picture"])
@pytest.mark.parametrize("broken", ["image.png", "mask.png"])
def test_a_file_that_is_no_image_is_named(pair, tmp_path, content, broken):
    whole = pair(np.ones((3, 3), np.uint8))
    (tmp_path / broken).write_bytes(content)
    with pytest.raises(ManifestError) as caught:
        read_pair(whole)
    assert str(caught.value) == f"{tmp_path / broken} is not an image that can be decoded."


def test_a_file_that_is_not_there_is_named(pair, tmp_path):
    whole = pair(np.ones((3, 3), np.uint8))
    (tmp_path / "mask.png").unlink()
    with pytest.raises(ManifestError) as caught:
        read_pair(whole)
    assert str(caught.value) == f"{tmp_path / 'mask.png'} cannot be read: No such file or directory."
