from itertools import combinations

import numpy as np
import pytest

from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box
from zoomiseg.samples import Kind, Montage

from .stubs import core_images


def montage(**options):
    chosen = {"width": 1600, "height": 1200, "seed": 3, "count": 7, **options}
    return Montage(core_images(12, kinds=("a", "b")), **chosen)


def whole(slide):
    return slide.read(Box(0, 0, slide.width, slide.height))


def test_the_same_arguments_give_the_same_pixels_in_whatever_boxes():
    view = whole(montage())
    again = montage()
    for box in (
        Box(100, 50, 700, 900),
        Box(0, 0, 10, 10),
        Box(1500, 1100, 100, 100),
        Box(333, 1, 1000, 1199),
    ):
        piece = again.read(box)
        np.testing.assert_array_equal(piece.image, view.image[box.slices_in(Box(0, 0, 1600, 1200))])
        np.testing.assert_array_equal(piece.kind, view.kind[box.slices_in(Box(0, 0, 1600, 1200))])
    assert (whole(montage(seed=4)).kind != view.kind).any()


def test_each_image_lies_on_the_slide_once_apart_from_the_others_and_turned_by_quarters():
    slide = montage()
    boxes = [placed.box for placed in slide._placed]
    assert all(one.intersection(other) is None for one, other in combinations(boxes, 2))
    assert all(Box(0, 0, 1600, 1200).encloses(box) for box in boxes)
    assert {(box.width, box.height) for box in boxes} == {(300, 200), (200, 300)}
    view = whole(slide)
    middles = {int(view.image[box.y + box.height // 2, box.x + box.width // 2, 0]) for box in boxes}
    assert middles == {20 + int(core.image.name[-3:]) for core in slide.cores}
    assert len(middles) == 7


def test_truth_moves_with_the_image_and_only_targets_are_tumour():
    slide = montage(target="one", kinds=("a",))
    view = whole(slide)
    for placed in slide._placed:
        rows, columns = placed.box.slices_in(Box(0, 0, 1600, 1200))
        kind = view.kind[rows, columns]
        marked, other = (Kind.TUMOUR, Kind.GLAND) if placed.core.is_target else (Kind.GLAND, Kind.TUMOUR)
        assert 0.3 < (kind == marked).mean() < 0.5, "half of the image but for what the outline cuts off"
        assert not (kind == other).any()
        halves = np.array_split(kind, 2, axis=placed.quarter_turns % 2 == 0)
        shares = sorted((half == marked).mean() for half in halves)
        assert shares[0] < 0.01, "the other half is not marked"


def test_cores_fade_to_glass_and_the_glass_is_nearly_white():
    slide = montage()
    view = whole(slide)
    glass = view.image[0, 0]
    assert glass.min() >= 240
    box = slide._placed[0].box
    row = view.image[box.y + box.height // 2, box.x : box.right, 0].astype(int)
    assert row[0] == glass[0]
    between = (row > row.min() + 20) & (row < int(glass[0]) - 20)
    assert 6 <= between.sum() <= 40, "an edge of several pixels on both sides"


def test_without_a_count_it_holds_twelve_to_a_low_patch():
    slide = Montage(core_images(30), width=4096, height=4096, seed=1)
    assert len(slide.cores) == 12


def test_without_a_count_large_images_are_fewer():
    slide = Montage(core_images(30, size=(1300, 900)), width=4096, height=4096, seed=1)
    assert len(slide.cores) == 9


def test_a_slide_without_room_says_what_an_image_takes():
    with pytest.raises(ManifestError, match=r"A slide of 256 x 256 pixels has room for 0 of these images"):
        Montage(core_images(3), width=256, height=256, seed=1)
    with pytest.raises(ManifestError, match=r"has room for 4 of these images, .* 340 x 340, not for 5"):
        Montage(core_images(9), width=700, height=700, seed=1, count=5)
