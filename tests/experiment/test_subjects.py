"""Images at another scale, and collages of them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from zoomiseg.errors import ManifestError
from zoomiseg.experiment import collage_subjects, image_subjects, resampled_pair

from .pairs import write_pair

GAP = 8


@pytest.fixture
def pair(tmp_path):
    return partial(write_pair, tmp_path)


@pytest.fixture
def plain(pair):
    """Return a function that writes an image of one grey, all of it target, whose name is the grey."""

    def write(grey, height, width, mpp=1.0):
        mask = np.ones((height, width), bool)
        return pair(mask, image=np.full((height, width, 3), grey, np.uint8), mpp=mpp, name=str(grey))

    return write


def test_a_shrunk_pixel_is_the_mean_of_its_area(pair):
    image = np.random.default_rng(1).integers(0, 256, (6, 8, 3), np.uint8)
    small, _ = resampled_pair(pair(np.ones((6, 8)), image=image, mpp=0.5), 1.0)
    means = image.reshape(3, 2, 4, 2, 3).mean(axis=(1, 3))
    assert small.shape == (3, 4, 3)
    assert np.abs(small - means).max() <= 0.5


def test_a_shrunk_pixel_is_target_where_at_least_half_of_it_is(pair):
    mask = np.array([[1, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0]])
    _, small = resampled_pair(pair(mask, mpp=0.5), 1.0)
    np.testing.assert_array_equal(small, [[True, True, False, False]])


def test_an_image_at_the_asked_scale_is_left_alone(pair):
    image = np.random.default_rng(2).integers(0, 256, (5, 7, 3), np.uint8)
    found, mask = resampled_pair(pair(np.eye(5, 7), image=image, mpp=2.0), 2.0)
    np.testing.assert_array_equal(found, image)
    np.testing.assert_array_equal(mask, np.eye(5, 7) > 0)


def test_an_enlarged_image_keeps_its_places(pair):
    half = np.zeros((4, 8), bool)
    half[:, 4:] = True
    image = np.where(half[..., None], [200, 40, 90], [20, 180, 60]).astype(np.uint8)
    large, mask = resampled_pair(pair(half, image=image, mpp=2.0), 1.0)
    assert large.shape == (8, 16, 3)
    np.testing.assert_array_equal(mask, np.kron(half, np.ones((2, 2))) > 0)
    np.testing.assert_array_equal(large[:, :4], np.broadcast_to([20, 180, 60], (8, 4, 3)))
    np.testing.assert_array_equal(large[:, 12:], np.broadcast_to([200, 40, 90], (8, 4, 3)))


@pytest.mark.parametrize(("mpp", "size"), [(0.62, (324, 480)), (1.1, (574, 853))])
def test_sizes_are_rounded_to_whole_pixels(pair, mpp, size):
    image, mask = resampled_pair(pair(np.ones((522, 775)), mpp=mpp), 1.0)
    assert image.shape[:2] == mask.shape == size


def test_a_pair_without_mpp_is_refused(pair):
    with pytest.raises(ManifestError, match=r"^a\.png has no mpp in its manifest\.$"):
        resampled_pair(pair(np.ones((3, 3)), mpp=None), 1.0)


def test_images_are_subjects_by_their_names(plain):
    first, second = image_subjects([plain(10, 4, 6), plain(20, 8, 2)], 2.0)
    assert (first.name, second.name) == ("10.png", "20.png")
    assert [subject.read()[1].shape for subject in (first, second)] == [(2, 3), (4, 1)]


def test_a_collage_holds_whole_images_in_rows_on_white_background(plain):
    pairs = [plain(grey, 30, 40) for grey in (10, 20, 30, 40)]
    (collage,) = collage_subjects(pairs, 1.0, 100)
    image, truth = collage.read()
    assert image.shape == (2 * 30 + GAP, 2 * 40 + GAP, 3)
    greys = [int(image[row, column, 0]) for row in (0, 38) for column in (0, 48)]
    assert sorted(greys) == [10, 20, 30, 40]
    assert collage.name == "+".join(map(str, greys))
    for row, column, grey in zip((0, 0, 38, 38), (0, 48, 0, 48), greys, strict=True):
        assert (image[row : row + 30, column : column + 40] == grey).all()
        assert truth[row : row + 30, column : column + 40].all()
    gaps = image[..., 0] == 255
    assert gaps.sum() == image[..., 0].size - 4 * 30 * 40
    np.testing.assert_array_equal(truth, ~gaps)


def test_each_image_is_in_one_collage_and_the_last_is_filled_up_from_the_beginning(plain):
    pairs = [plain(grey, 30, 40) for grey in range(10, 16)]
    first, second = collage_subjects(pairs, 1.0, 70, seed=3)[:2]
    assert len(collage_subjects(pairs, 1.0, 70, seed=3)) == 3
    few = collage_subjects(pairs[:5], 1.0, 70, seed=3)
    used = [name for collage in few for name in collage.name.split("+")]
    assert len(used) == 6
    assert sorted(used[:5]) == ["10", "11", "12", "13", "14"]
    assert used[5] == used[0]
    assert not set(first.name.split("+")) & set(second.name.split("+"))


def test_the_seed_decides_which_images_meet(plain):
    pairs = [plain(grey, 30, 40) for grey in range(10, 20)]
    names = [[each.name for each in collage_subjects(pairs, 1.0, 90, seed=seed)] for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]


def test_a_row_is_as_high_as_its_highest_image(plain):
    pairs = [plain(10, 50, 40), plain(20, 20, 40), plain(30, 30, 88)]
    for seed in range(6):
        for collage in collage_subjects(pairs, 1.0, 90, seed=seed):
            image, _ = collage.read()
            assert max(image.shape[:2]) <= 90
            areas = {"10": 2000, "20": 800, "30": 2640}
            assert (image[..., 0] != 255).sum() == sum(areas[name] for name in collage.name.split("+"))


def test_collages_are_made_at_the_asked_scale_and_cut_larger_images(plain):
    (collage,) = collage_subjects([plain(10, 300, 80, mpp=1.0)], 2.0, 100)
    assert collage.read()[1].shape == (100, 40)


def test_no_more_collages_are_made_than_wanted(plain):
    pairs = [plain(grey, 30, 40) for grey in range(10, 20)]
    assert len(collage_subjects(pairs, 1.0, 64, most=2)) == 2
