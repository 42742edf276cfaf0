"""What each kind of task may leave of what is marked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from zoomiseg.samples import Kind
from zoomiseg.training._collage import Collage
from zoomiseg.training._library import Window
from zoomiseg.training._targets import one_kind, one_tissue, some_structures


def quarters() -> Collage:
    """Return four kinds in four quarters: the first three marked in part, the last nowhere."""
    kind = np.kron([[0, 1], [2, 3]], np.ones((8, 8))).astype(np.int8)
    marked = (np.indices((16, 16)).sum(axis=0) % 3 == 0) & (kind != 3)
    return Collage(np.zeros((16, 16, 3), np.uint8), marked, kind, ("a", "b", "c", "d"))


def test_one_kind_is_all_that_is_marked_of_a_kind_and_nothing_else():
    patch = quarters()
    chosen = []
    for seed in range(60):
        target = one_kind(np.random.default_rng(seed), patch)
        (kind,) = np.unique(patch.kind[target])
        np.testing.assert_array_equal(target, patch.marked & (patch.kind == kind))
        chosen.append(int(kind))
    assert set(chosen) == {0, 1, 2}


def test_one_kind_of_an_unmarked_patch_is_nothing():
    patch = quarters()
    empty = Collage(patch.image, np.zeros((16, 16), bool), patch.kind, patch.kinds)
    assert not one_kind(np.random.default_rng(1), empty).any()


def blobs(count: int) -> np.ndarray:
    marked = np.zeros((12, 40), bool)
    for index in range(count):
        marked[2 : 4 + index, 8 * index : 8 * index + 5] = True
    return marked


@pytest.mark.parametrize("count", [2, 3, 5])
def test_some_structures_are_whole_ones_at_least_one_and_not_all(count):
    marked = blobs(count)
    labels, _ = ndimage.label(marked)
    numbers = set()
    for seed in range(60):
        target = some_structures(np.random.default_rng(seed), marked)
        kept = {int(label) for label in np.unique(labels[target])}
        np.testing.assert_array_equal(target, np.isin(labels, list(kept)) & marked)
        numbers.add(len(kept))
    assert numbers == set(range(1, count))


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_structure_stays(count):
    np.testing.assert_array_equal(some_structures(np.random.default_rng(1), blobs(count)), blobs(count))


def window(rows: list[tuple[Kind, int]], target: int = Kind.TUMOUR) -> Window:
    """Return a window of 100 x 100 pixels with so many rows of each tissue."""
    tissue = np.concatenate([np.full((count, 100), kind, np.uint8) for kind, count in rows])
    return Window(np.zeros((100, 100, 3), np.uint8), tissue, target)


def asked(patch: Window, draws: int = 400) -> dict[int, float]:
    """Return how often each tissue was the target; a target is always all of one tissue."""
    found = []
    for seed in range(draws):
        target = one_tissue(np.random.default_rng(seed), patch)
        (kind,) = np.unique(patch.tissue[target])
        np.testing.assert_array_equal(target, patch.tissue == kind)
        found.append(int(kind))
    return {kind: count / draws for kind, count in zip(*np.unique(found, return_counts=True), strict=True)}


def test_tumour_is_the_likeliest_tissue_and_glass_stroma_and_traces_are_none():
    rows = [
        (Kind.GLASS, 20),
        (Kind.STROMA, 39),
        (Kind.TUMOUR, 5),
        (Kind.GLAND, 15),
        (Kind.LYMPHOID, 20),
        (Kind.NECROSIS, 1),
    ]
    shares = asked(window(rows))
    assert shares.keys() == {Kind.TUMOUR, Kind.GLAND, Kind.LYMPHOID}
    assert shares[Kind.TUMOUR] == pytest.approx(0.5 + 0.5 / 3, abs=0.08)
    assert shares[Kind.GLAND] == pytest.approx(0.5 / 3, abs=0.06)


def test_where_there_is_no_tumour_another_tissue_is_asked_for():
    assert asked(window([(Kind.STROMA, 80), (Kind.FAT, 20)]), 20) == {Kind.FAT: 1.0}


def test_the_manifest_may_mark_another_tissue_than_tumour():
    shares = asked(window([(Kind.STROMA, 60), (Kind.TUMOUR, 20), (Kind.GLAND, 20)], Kind.GLAND))
    assert shares[Kind.GLAND] == pytest.approx(0.75, abs=0.07)


def test_a_window_of_stroma_asks_for_nothing():
    assert not one_tissue(np.random.default_rng(1), window([(Kind.STROMA, 100)])).any()
