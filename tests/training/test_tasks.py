"""The stream of samples, and what each kind of task may do to a target."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.training import Sides, TaskMix, Tasks, _tasks
from zoomiseg.training._library import Window
from zoomiseg.training._tasks import degraded

from .stubs import library_of

MIX = TaskMix(composites=0.3, one_kind=0.2, some_structures=0.2, first_masks=0.5)


def tasks(pairs, mix=MIX, *, seed: int = 1) -> Tasks:
    return Tasks(
        library_of(pairs, mpp=(0.8, 1.6)), mix, mpp=(0.8, 1.6), sides=Sides((48,)), blur=0.3, seed=seed
    )


def test_samples_of_a_batch_are_alike_and_batches_take_every_side(tissue_pairs):
    sides = Sides(range(32, 97, 32), batch=2, seed=1)
    library = library_of(tissue_pairs, mpp=(0.8, 1.6), size=96)
    drawn = Tasks(library, MIX, mpp=(0.8, 1.6), sides=sides, blur=0.3, seed=1)
    samples = [drawn.sample(index) for index in range(24)]
    shapes = [sample.target.shape for sample in samples]
    assert shapes[::2] == shapes[1::2]
    assert set(shapes) == {(32, 32), (64, 64), (96, 96)}
    assert [sample.image.shape[:2] for sample in samples] == shapes


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


@pytest.fixture
def sources(monkeypatch):
    """Names of what samples were made of, in order."""
    made = []
    half = np.arange(48 * 48).reshape(48, 48) % 2 == 0

    def window(library, rng, mpp, size, *, marked):
        made.append("marked window" if marked else "window")
        return Window(np.zeros((size, size, 3), np.uint8), half.astype(np.uint8) + 1, 2)

    def collage(self, rng, mpp, side, task):
        made.append("collage")
        return np.zeros((48, 48, 3), np.uint8), half

    monkeypatch.setattr(_tasks.Library, "window", window)
    monkeypatch.setattr(_tasks.Tasks, "_collage", collage)
    return made


def test_windows_of_generated_slides_are_the_share_of_what_is_no_composite(
    tissue_pairs, write_tissue, patchwork, sources
):
    mix = TaskMix(composites=0.3, one_kind=0.2, some_structures=0.2, generated=0.4)
    stream = tasks([*tissue_pairs, write_tissue(patchwork)], mix)
    for index in range(400):
        stream.sample(index)
    assert np.mean(np.array(sources) != "collage") == pytest.approx(0.4, abs=0.08)
    # One tissue of all (0.2 of 0.7) is asked for wherever it lies; marks, near what is marked.
    windows = [source for source in sources if source != "collage"]
    assert np.mean(np.array(windows) == "window") == pytest.approx(2 / 7, abs=0.12)


def test_the_share_is_ignored_where_there_is_but_one_source(tissue_pairs, write_tissue, patchwork, sources):
    mix = TaskMix(composites=0.0, generated=0.4)
    for pairs, expected in (
        (tissue_pairs, {"collage"}),
        ([write_tissue(patchwork)], {"window", "marked window"}),
    ):
        sources.clear()
        stream = tasks(pairs, mix)
        for index in range(40):
            stream.sample(index)
        assert set(sources) == expected


def test_generated_slides_serve_every_task_alone(write_tissue, patchwork):
    stream = tasks([write_tissue(patchwork)], MIX)
    samples = [stream.sample(index) for index in range(30)]
    assert [as_bytes(stream.sample(index)) for index in range(30)] == [as_bytes(sample) for sample in samples]
    assert np.mean([0.02 <= sample.target.mean() <= 0.98 for sample in samples]) > 0.8


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
