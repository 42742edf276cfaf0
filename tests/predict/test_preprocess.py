from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.errors import ClickOutside, WeightsError
from zoomiseg.geometry import Box, Click, Grid, PatchFrame
from zoomiseg.networks import Card
from zoomiseg.predict._preprocess import network_input, normalised, predict_with, seen_window

from .conftest import MakePatch


def test_normalising_is_subtracting_the_mean_and_dividing_by_the_deviation(card: Card) -> None:
    image = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
    expected = (image / 255 - np.array(card.mean)) / np.array(card.std)
    np.testing.assert_allclose(normalised(image, card), expected.transpose(2, 0, 1), rtol=1e-6)


@given(
    x=st.integers(-900, 300),
    y=st.integers(-900, 300),
    slide=st.tuples(st.integers(1, 900), st.integers(1, 900)),
    size=st.tuples(st.integers(1, 1100), st.integers(1, 1100)),
)
def test_the_network_sees_the_slide_and_224_pixels_around_it_in_steps_of_32_within_the_patch(
    x: int, y: int, slide: tuple[int, int], size: tuple[int, int]
) -> None:
    frame = PatchFrame(Grid((1.0, 1.0), *slide, (0.5, 0.5)), Box(x, y, *size))
    window = seen_window(frame, pad_to_patch=False)
    assert Box(0, 0, *size).encloses(window)
    inside = frame.inside
    if inside.area:
        for start, end, first, last, limit in (
            (window.x, window.right, inside.x, inside.right, size[0]),
            (window.y, window.bottom, inside.y, inside.bottom, size[1]),
        ):
            assert start == 0 or (start % 32 == 0 and 224 <= first - start < 256)
            assert end == limit or (end % 32 == 0 and 224 <= end - last < 256)
    assert seen_window(frame, pad_to_patch=True) == Box(0, 0, *size)


def test_clicks_become_disks_at_their_pixel_of_what_the_network_sees(
    card: Card, make_patch: MakePatch
) -> None:
    # The slide covers patch pixels 330..410 by 340..390; the network sees 544 x 544 from (96, 96).
    patch = make_patch(Box(-330, -340, 1024, 960), slide=(80, 50))
    clicks = [Click(2 * 30 + 1, 2 * 12 + 1, +1), Click(2 * 60, 2 * 40, -1)]
    fed = network_input(patch, clicks, None, card)
    assert fed.window == Box(96, 96, 544, 544)
    rows, columns = np.mgrid[:544, :544]
    for channel, (column, row) in enumerate([(264, 256), (294, 284)]):
        disk = (columns - column) ** 2 + (rows - row) ** 2 <= card.click_radius_px**2
        np.testing.assert_array_equal(fed.guidance[0, channel], disk.astype(np.float32))
    assert fed.guidance[0, 2].max() == 0
    np.testing.assert_array_equal(fed.pixels, patch.image[96:640, 96:640])


def test_the_mask_input_is_cut_as_the_image_is(card: Card, make_patch: MakePatch) -> None:
    patch = make_patch(Box(-330, -340, 1024, 960), slide=(80, 50))
    mask_input = np.random.default_rng(0).random((960, 1024), np.float32)
    fed = network_input(patch, [], mask_input, card)
    np.testing.assert_array_equal(fed.guidance[0, 2], mask_input[96:640, 96:640])


@pytest.mark.parametrize("pad_to_patch", [True, False])
def test_a_probability_lies_where_its_pixel_is_and_is_zero_outside_the_slide(
    card: Card, make_patch: MakePatch, pad_to_patch: bool
) -> None:
    patch = make_patch(Box(-10, -20, 128, 96), slide=(80, 50))
    own = replace(card, pad_to_patch=pad_to_patch)
    probability = predict_with(lambda image, _guidance: image[:, :1] + 3, own, patch, [], None)
    expected = np.zeros((96, 128), np.float32)
    expected[20:70, 10:90] = normalised(patch.image, card)[0, 20:70, 10:90] + 3
    np.testing.assert_array_equal(probability, expected)


def test_an_answer_that_is_no_number_is_told_instead_of_being_an_empty_mask(
    card: Card, make_patch: MakePatch
) -> None:
    def broken(image: np.ndarray, guidance: np.ndarray) -> np.ndarray:
        return np.where(guidance[:, :1] > 0, np.nan, np.zeros_like(image[:, :1]))

    patch = make_patch(Box(0, 0, 64, 64), slide=(64, 64))
    with pytest.raises(WeightsError, match="answers with something that is no number"):
        predict_with(broken, card, patch, [Click(20, 20, +1)], None)


def test_a_patch_beside_the_slide_is_zero_without_a_run(card: Card, make_patch: MakePatch) -> None:
    def never(*_inputs: object) -> np.ndarray:
        raise AssertionError("the network ran on nothing")

    patch = make_patch(Box(2000, 0, 64, 32))
    assert predict_with(never, card, patch, [], None).tolist() == [[0.0] * 64] * 32


@pytest.mark.parametrize("slide_xy", [(2 * 600, 10), (2 * 85, 10)])
def test_a_click_outside_patch_or_slide_is_refused(
    card: Card, make_patch: MakePatch, slide_xy: tuple[float, float]
) -> None:
    patch = make_patch(Box(0, 0, 128, 96), slide=(80, 50))
    with pytest.raises(ClickOutside, match=f"{slide_xy[0]}, 10"):
        network_input(patch, [Click(*slide_xy, +1)], None, card)


def test_arrays_of_another_size_than_the_patch_are_refused(card: Card, make_patch: MakePatch) -> None:
    patch = make_patch(Box(0, 0, 64, 32))
    with pytest.raises(ValueError, match=r"mask input must be \(32, 64\), got \(64, 32\)"):
        network_input(patch, [], np.zeros((64, 32), np.float32), card)
    with pytest.raises(ValueError, match=r"image must be \(32, 64, 3\), got \(32, 60, 3\)"):
        network_input(replace(patch, image=patch.image[:, :60]), [], None, card)
