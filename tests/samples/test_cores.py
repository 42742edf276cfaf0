import pytest

from zoomiseg.errors import ManifestError
from zoomiseg.samples import choose_cores

from .stubs import core_images

KINDS = ("cancer", "polyp", "normal")


def test_no_image_is_taken_twice_and_the_order_of_the_manifest_does_not_matter():
    images = core_images(30)
    chosen = choose_cores(images, count=12, seed=4, target="all")
    names = [core.image.name for core in chosen]
    assert len(set(names)) == 12
    assert [core.image.name for core in choose_cores(images[::-1], count=12, seed=4, target="all")] == names
    assert [core.image.name for core in choose_cores(images, count=12, seed=5, target="all")] != names


def test_all_takes_every_image_for_a_target():
    chosen = choose_cores(core_images(9, kinds=KINDS), count=9, seed=1, target="all")
    assert all(core.is_target for core in chosen)


def test_named_kinds_are_the_target_and_half_of_the_images():
    chosen = choose_cores(core_images(30, kinds=KINDS), count=10, seed=1, target="one", kinds=("cancer",))
    assert [core.is_target for core in chosen] == [True, False] * 5
    assert all(core.is_target == (core.image.kind == "cancer") for core in chosen)


def test_where_targets_run_out_the_others_fill_up():
    chosen = choose_cores(core_images(9, kinds=KINDS), count=9, seed=1, target="one", kinds=("polyp",))
    assert [core.is_target for core in chosen] == [True, False] * 3 + [False] * 3


def test_one_without_kinds_draws_a_kind():
    drawn = {
        next(
            core.image.kind
            for core in choose_cores(core_images(9, kinds=KINDS), count=6, seed=s, target="one")
        )
        for s in range(20)
    }
    assert drawn == set(KINDS)


def test_one_where_there_are_no_kinds_takes_half_of_the_images():
    chosen = choose_cores(core_images(11), count=7, seed=1, target="one")
    assert sum(core.is_target for core in chosen) == 4


def test_too_few_images_are_told_with_both_numbers():
    with pytest.raises(ManifestError) as told:
        choose_cores(core_images(5), count=12, seed=1, target="all")
    assert str(told.value) == (
        "A montage of this size takes 12 images, each once, but only 5 are there. "
        "Give a smaller --size, or --images 5."
    )


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("stone",), "No image is of the kind stone; there are cancer, normal, polyp"),
        (KINDS, "none is to be left out"),
    ],
)
def test_kinds_that_make_no_montage_are_told(kinds, said):
    with pytest.raises(ManifestError, match=said):
        choose_cores(core_images(9, kinds=KINDS), count=6, seed=1, target="one", kinds=kinds)
