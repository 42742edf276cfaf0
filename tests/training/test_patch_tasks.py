"""Samples that are single images."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.training import PatchTasks, Sides, TaskMix
from zoomiseg.training._stored import turned

from .stubs import library_of

SIZE = 40


@pytest.fixture
def pairs(write_pair):
    """Seven square images of their own grey, the target in one corner."""
    mask = np.zeros((SIZE, SIZE), bool)
    mask[:12, :20] = True
    images = [np.full((SIZE, SIZE, 3), 30 * number + 20, np.uint8) for number in range(7)]
    return [write_pair(image, mask) for image in images]


def tasks_of(pairs, *, mpp=(1.0, 1.0), size: int = SIZE, seed: int = 1, **mix) -> PatchTasks:
    return PatchTasks(library_of(pairs), TaskMix(**mix), mpp=mpp, sides=Sides((size,)), blur=None, seed=seed)


def numbers(tasks: PatchTasks, start: int, count: int = 7) -> list[int]:
    return [(int(tasks.sample(index).image[0, 0, 0]) - 20) // 30 for index in range(start, start + count)]


def test_an_epoch_has_every_image_once_in_an_order_of_its_own(pairs):
    tasks = tasks_of(pairs)
    first, second = numbers(tasks, 0), numbers(tasks, 7)
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second
    assert numbers(tasks_of(pairs, seed=2), 0) != first


def test_an_image_at_its_own_scale_is_taken_whole_and_only_turned(pairs):
    expected = np.zeros((SIZE, SIZE), np.uint8)
    expected[:12, :20] = 1
    sides = {turned(expected, turn).tobytes() for turn in range(8)}
    seen = {tasks_of(pairs).sample(index).target.astype(np.uint8).tobytes() for index in range(60)}
    assert seen == sides


def test_a_sample_does_not_depend_on_those_before_it(pairs):
    ahead = tasks_of(pairs)
    for index in range(9):
        ahead.sample(index)
    again = tasks_of(pairs).sample(9)
    assert (ahead.sample(9).image == again.image).all()
    assert (ahead.sample(9).target == again.target).all()


def test_a_larger_image_is_cut_and_a_smaller_one_lies_on_white(pairs):
    assert tasks_of(pairs, size=16).sample(0).image.shape == (16, 16, 3)
    sample = tasks_of(pairs, mpp=(2.0, 2.0)).sample(0)
    white = (sample.image == 255).all(axis=2)
    assert np.count_nonzero(~white) == (SIZE // 2) ** 2
    assert not sample.target[white].any()


def test_scales_are_drawn_between_the_two(pairs):
    tasks = tasks_of(pairs, mpp=(1.0, 4.0))
    filled = [np.count_nonzero((tasks.sample(index).image != 255).all(axis=2)) for index in range(40)]
    mpp = SIZE / np.sqrt(filled)
    assert mpp.min() < 1.5
    assert mpp.max() > 3.0
    assert ((mpp > 0.97) & (mpp < 4.1)).all()


def test_first_masks_and_margins_are_drawn_as_for_other_tasks(pairs):
    with_masks = tasks_of(pairs, first_masks=1.0).sample(0)
    assert with_masks.first_mask.shape == (SIZE, SIZE)
    assert tasks_of(pairs).sample(0).first_mask is None
    margins = [(tasks_of(pairs, white_margins=1.0).sample(index).image == 255).any() for index in range(8)]
    assert any(margins)
