"""Who is trained on, and who is kept for validation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.datasets import Pair, PrepareOptions
from zoomiseg.datasets._plan import drawn_split, plan_slides
from zoomiseg.errors import ManifestError


def rows(*marks):
    """Rows of (group, split)."""
    return [
        Pair(Path(f"/data/{number}.svs"), Path("/data/mask.tif"), group=group, split=split)
        for number, (group, split) in enumerate(marks)
    ]


def plan(pairs, **options):
    return plan_slides(pairs, PrepareOptions(**options), folder=Path("/data"))


def splits(pairs, **options):
    return [slide.split for slide in plan(pairs, **options).slides]


@given(
    st.lists(st.tuples(st.sampled_from(["", *"abcdefgh"]), st.just("")), min_size=2, max_size=40),
    st.integers(0, 5),
    st.sampled_from([0.1, 0.3]),
)
def test_one_in_ten_patients_is_drawn_and_none_is_in_both(marks, seed, share):
    pairs = rows(*marks)
    drawn = splits(pairs, seed=seed, val_share=share)
    units = [pair.group or str(pair.slide) for pair in pairs]
    validation = {unit for unit, split in zip(units, drawn, strict=True) if split == "val"}
    training = {unit for unit, split in zip(units, drawn, strict=True) if split == "train"}
    assert not validation & training
    count = len(set(units))
    assert len(validation) == (min(max(round(share * count), 1), count - 1) if count > 1 else 0)


def test_the_draw_depends_on_the_seed_and_on_nothing_else():
    pairs = rows(*[(f"p{number}", "") for number in range(40)])
    assert splits(pairs) == splits(pairs)
    assert splits(pairs) != splits(pairs, seed=1)
    by_slide = dict(zip([pair.slide for pair in pairs], splits(pairs), strict=True))
    assert splits(pairs[::-1]) == [by_slide[pair.slide] for pair in pairs[::-1]]


def test_by_slide_patients_do_not_matter():
    pairs = rows(*[("one", "")] * 20)
    assert Counter(splits(pairs, split_by="slide")) == {"train": 18, "val": 2}
    assert Counter(splits(pairs)) == {"train": 20}


def test_the_manifests_own_split_wins_and_a_patients_other_rows_follow_it():
    pairs = rows(("a", "val"), ("b", "train"), ("a", ""), ("b", ""), ("c", "train"))
    assert splits(pairs, val_share=0) == ["val", "train", "val", "train", "train"]
    assert splits(pairs, split_by="patch") == ["val", "train", None, None, "train"]


def test_test_and_sample_rows_are_never_prepared_nor_are_their_patients():
    found = plan(rows(("a", "test"), ("b", "sample"), ("a", ""), ("c", "train"), ("", "")))
    assert [slide.name for slide in found.slides] == ["3.svs", "4.svs"]
    assert found.notices[:2] == (
        "2 rows of the split test or sample are left out: such are never prepared.",
        "1 row without a split is left out: its patient is kept for testing.",
    )


def test_a_patient_in_several_splits_is_told():
    found = plan(rows(("a", "train"), ("a", "test"), ("b", "val")))
    assert any(
        "By the manifest 1 patient (such as a) is in several splits: that leaks." in each
        for each in found.notices
    )


def test_splitting_by_patch_is_warned_of():
    assert any("leaks" in each for each in plan(rows(("a", "")), split_by="patch").notices)
    assert plan(rows(("a", "train"), ("b", "val")), split_by="patch").notices == ()


def test_a_single_patient_gives_no_validation_and_that_is_told():
    found = plan(rows(("a", ""), ("a", "")))
    assert found.notices == (
        "All is for training: there is only one patient to split, and none for validation.",
    )


def test_names_that_are_no_split_are_refused():
    with pytest.raises(ManifestError) as caught:
        plan(rows(("a", "valid")))
    assert str(caught.value) == "0.svs has the split 'valid', which is none of train, val, test, sample."


def test_a_manifest_of_nothing_but_tests_is_refused():
    with pytest.raises(ManifestError, match="No row of the manifest is left to prepare"):
        plan(rows(("a", "test"), ("b", "sample")))


def test_keys_are_plain_and_differ_where_names_do_not():
    pairs = [
        Pair(Path(f"/data/{folder}/Fall µ.1.svs"), Path("m"), extra=MappingProxyType({})) for folder in "ab"
    ]
    assert [slide.key for slide in plan(pairs).slides] == ["00000-Fall___1", "00001-Fall___1"]
    assert [slide.name for slide in plan(pairs).slides] == ["a/Fall µ.1.svs", "b/Fall µ.1.svs"]


@given(st.integers(0, 3), st.integers(0, 2), st.integers(0, 30))
def test_by_patch_one_of_every_ten_is_for_validation(seed, family, block):
    options = PrepareOptions(seed=seed)
    drawn = [drawn_split(10 * block + place, family=family, options=options) for place in range(10)]
    assert drawn.count("val") == 1


def test_by_patch_places_differ_from_block_to_block():
    drawn = [drawn_split(number, family=0, options=PrepareOptions()) for number in range(300)]
    assert len({number % 10 for number, split in enumerate(drawn) if split == "val"}) > 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stride": 0}, "multiple of 4 up to 1024, got 0"),
        ({"stride": 1022}, "multiple of 4 up to 1024, got 1022"),
        ({"stride": 2048}, "got 2048"),
        ({"low_tumour": (0.5, 0.1)}, "rise within 0 to 1, got 0.5 and 0.1"),
        ({"high_tumour": (10, 90)}, "rise within 0 to 1, got 10 and 90"),
        ({"high_tumour": (float("nan"), 1)}, "rise within 0 to 1"),
        ({"val_share": 0.6}, "from 0 to 0.5, got 0.6"),
        ({"seed": -1}, "must not be negative, got -1"),
    ],
)
def test_options_out_of_range_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        PrepareOptions(**options)
