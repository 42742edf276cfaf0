"""The stream of samples, and what each kind of task may do to a target."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from zoomiseg.training import TaskMix, Tasks, _tasks
from zoomiseg.training._collage import Collage
from zoomiseg.training._library import Library
from zoomiseg.training._tasks import degraded, one_kind, some_structures

MIX = TaskMix(composites=0.3, one_kind=0.2, some_structures=0.2, first_masks=0.5)


def tasks(pairs, mix=MIX, *, seed: int = 1) -> Tasks:
    return Tasks(Library(pairs), mix, mpp=(0.8, 1.6), size=48, blur=0.3, seed=seed)


def as_bytes(sample) -> tuple[bytes, bytes, bytes | None]:
    mask = None if sample.first_mask is None else sample.first_mask.tobytes()
    return sample.image.tobytes(), sample.target.tobytes(), mask


def test_a_sample_depends_on_seed_and_index_alone(tissue_pairs):
    forwards, backwards = tasks(tissue_pairs), tasks(tissue_pairs)
    first = [as_bytes(forwards.sample(index)) for index in range(10)]
    again = [as_bytes(backwards.sample(index)) for index in (*range(9, -1, -1), 3)]
    assert again[:10][::-1] == first
    assert again[10] == first[3]
    assert len(set(first)) == 10


def test_another_seed_gives_other_samples(tissue_pairs):
    one, other = tasks(tissue_pairs), tasks(tissue_pairs, seed=2)
    assert all(as_bytes(one.sample(index)) != as_bytes(other.sample(index)) for index in range(5))


def test_a_sample_is_an_image_with_a_target_and_perhaps_a_first_mask(tissue_pairs):
    samples = [tasks(tissue_pairs).sample(index) for index in range(40)]
    for sample in samples:
        assert (sample.image.shape, sample.image.dtype) == ((48, 48, 3), np.uint8)
        assert (sample.target.shape, sample.target.dtype) == ((48, 48), np.bool_)
    masks = [sample.first_mask for sample in samples if sample.first_mask is not None]
    assert len(masks) / 40 == pytest.approx(0.5, abs=0.25)
    assert {(mask.shape, mask.dtype) for mask in masks} == {((48, 48), np.dtype(np.float32))}


def test_clicks_alone_tell_in_a_share_of_tasks_that_rises_along_the_ramp(tissue_pairs, monkeypatch):
    half = np.arange(48 * 48).reshape(48, 48) % 2 == 0
    made = []

    def counted(rng, library, mpp, size):
        made.append(mpp)
        return np.zeros((size, size, 3), np.uint8), half

    monkeypatch.setattr(_tasks, "composite", counted)
    mix = TaskMix(composites=1.0, one_kind=0.0, some_structures=0.0, ramp=10)
    shares = []
    for index in (0, 5, 10, 1000):
        made.clear()
        samples = [tasks(tissue_pairs, mix, seed=seed).sample(index) for seed in range(60)]
        shares.append(np.mean([np.array_equal(sample.target, half) for sample in samples]))
    assert shares[0] == 0.0
    assert shares[1] == pytest.approx(0.5, abs=0.2)
    assert shares[2:] == [1.0, 1.0]
    assert min(made) >= 0.8
    assert max(made) <= 1.6


@pytest.mark.parametrize("value", [False, True])
def test_a_target_of_nothing_or_everything_is_drawn_again_five_times(tissue_pairs, monkeypatch, value):
    made = []

    def useless(rng, library, mpp, size):
        made.append(size)
        return np.zeros((size, size, 3), np.uint8), np.full((size, size), value)

    monkeypatch.setattr(_tasks, "composite", useless)
    tasks(tissue_pairs, TaskMix(composites=1.0, one_kind=0.0, some_structures=0.0)).sample(0)
    assert made == [48] * 6


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


def disk() -> np.ndarray:
    rows, columns = np.indices((64, 96))
    return (rows - 30) ** 2 + (columns - 50) ** 2 < 22**2


def test_a_degraded_mask_is_a_probability_over_the_same_pixels():
    for seed in range(20):
        found = degraded(np.random.default_rng(seed), disk())
        assert (found.shape, found.dtype) == ((64, 96), np.float32)
        assert found.min() >= 0
        assert found.max() <= 1


def test_a_degraded_mask_is_near_the_target_unless_its_island_was_lost():
    overlaps = []
    for seed in range(200):
        found = degraded(np.random.default_rng(seed), disk()) >= 0.5
        overlaps.append((found & disk()).sum() / (found | disk()).sum())
    kept = np.array(overlaps)[np.array(overlaps) > 0.3]
    assert 1 - len(kept) / 200 == pytest.approx(0.25, abs=0.1)
    assert np.median(kept) > 0.6
    assert np.quantile(kept, 0.75) > 0.8
    assert np.mean(kept == 1) < 0.05
