"""A specimen is a pure function of its arguments, whatever is read of it and in which order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.errors import ZoomisegError
from zoomiseg.geometry import Box
from zoomiseg.samples import Kind, Specimen, style_names

SIDE = 1500


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    return Specimen(SIDE, SIDE, seed=11, style="nests")


@pytest.fixture(scope="module")
def whole(specimen: Specimen) -> tuple[np.ndarray, np.ndarray]:
    view = specimen.read(Box(0, 0, SIDE, SIDE))
    return view.image, view.kind


def test_the_same_arguments_give_the_same_pixels(whole: tuple[np.ndarray, np.ndarray]) -> None:
    again = Specimen(SIDE, SIDE, seed=11, style="nests").read(Box(900, 700, 300, 400))
    assert np.array_equal(again.image, whole[0][700:1100, 900:1200])
    assert np.array_equal(again.kind, whole[1][700:1100, 900:1200])


def test_another_seed_gives_another_slide(specimen: Specimen) -> None:
    box = Box(500, 500, 200, 200)
    other = Specimen(SIDE, SIDE, seed=12, style="nests")
    assert (other.read(box).image != specimen.read(box).image).mean() > 0.5


@settings(max_examples=15, deadline=None)
@given(x=st.integers(0, SIDE - 1), y=st.integers(0, SIDE - 1), data=st.data())
def test_any_box_is_a_part_of_the_whole(
    specimen: Specimen, whole: tuple[np.ndarray, np.ndarray], x: int, y: int, data: st.DataObject
) -> None:
    width = data.draw(st.integers(1, SIDE - x))
    height = data.draw(st.integers(1, SIDE - y))
    view = specimen.read(Box(x, y, width, height))
    assert np.array_equal(view.image, whole[0][y : y + height, x : x + width])
    assert np.array_equal(view.kind, whole[1][y : y + height, x : x + width])


def test_blocks_agree_where_they_meet(specimen: Specimen, whole: tuple[np.ndarray, np.ndarray]) -> None:
    # The same place rendered as part of another block.
    view = specimen._rendered(300, 200)
    image, kind = whole[0][200:1224, 300:1324], whole[1][200:1224, 300:1324]
    differ = np.abs(view.image.astype(int) - image).max(axis=2)
    assert (differ > 2).mean() < 2e-4
    assert (view.kind != kind).mean() < 2e-5


def test_glass_is_as_bright_as_the_scanner_sees_it_and_tissue_is_darker(
    whole: tuple[np.ndarray, np.ndarray],
) -> None:
    image, kind = whole
    brightness = image.min(axis=2)
    assert np.median(brightness[kind == Kind.GLASS]) > 220
    assert np.median(brightness[kind == Kind.TUMOUR]) < 200


@pytest.mark.parametrize("style", style_names())
def test_every_style_has_tumour_and_what_is_to_be_told_from_it(style: str) -> None:
    side = 2048
    kind = Specimen(side, side, seed=21, style=style).read(Box(0, 0, side, side)).kind
    share = np.bincount(kind.ravel(), minlength=len(Kind)) / kind.size
    assert 0.03 < share[Kind.TUMOUR] < 0.4
    assert share[Kind.STROMA] > 0.15
    assert share[Kind.LYMPHOID] > 0.02
    assert share[Kind.GLAND] > 0


def test_a_slide_larger_than_a_period_repeats() -> None:
    specimen = Specimen(17_500, 700, seed=3, style="strands")
    first = specimen.read(Box(0, 0, 1024, 700))
    second = specimen.read(Box(16_384, 0, 1024, 700))
    assert np.array_equal(first.kind, second.kind)
    assert np.array_equal(first.image, second.image)
    elsewhere = specimen.read(Box(4096, 0, 1024, 700))
    assert (first.kind == elsewhere.kind).mean() < 0.9


def test_a_repeating_slide_has_no_seam_where_it_repeats() -> None:
    specimen = Specimen(17_500, 700, seed=3, style="strands")
    across = specimen._rendered(16_384 - 512, 0)
    left = specimen.read(Box(16_384 - 512, 0, 512, 700))
    right = specimen.read(Box(16_384, 0, 512, 700))
    joined = np.hstack([left.image, right.image]).astype(int)
    assert (np.abs(across.image[:700].astype(int) - joined).max(axis=2) > 2).mean() < 1e-3


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ZoomisegError, match="no style 'swirls'") as caught:
        Specimen(100, 100, seed=1, style="swirls")
    assert "single-file" in (caught.value.hint or "")


@pytest.mark.parametrize("size", [(0, 5), (5, -1)])
def test_a_size_below_one_pixel_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Specimen(*size, seed=1)


@pytest.mark.parametrize("size", [(1, 1), (40, 3000), (333, 1025)])
def test_any_size_can_be_read(size: tuple[int, int]) -> None:
    view = Specimen(*size, seed=1).read(Box(0, 0, *size))
    assert view.image.shape == (size[1], size[0], 3)
    assert view.kind.shape == (size[1], size[0])
