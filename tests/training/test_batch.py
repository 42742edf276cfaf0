"""What a process learns from at once."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.training._batch import Share, batch_of

from .stubs import tiny_recipe

RECIPE = tiny_recipe(batch=6)
ALONE = Share()


def clicks_of(number: int, share: Share = ALONE, **changes) -> dict[int, float]:
    """Return a number drawn for each sample of a batch, by the sample's own number."""
    batch = batch_of(tiny_recipe(batch=6, **changes), number, share, [])
    return {index: rng.random() for index, rng in zip(batch.numbers, batch.dice, strict=True)}


def test_batches_follow_one_another():
    assert [Share().numbers(RECIPE, number) for number in (0, 3)] == [
        (0, 1, 2, 3, 4, 5),
        tuple(range(18, 24)),
    ]


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_processes_share_a_batch_without_gap_or_overlap(ranks):
    shares = [Share(rank, ranks).numbers(RECIPE, 4) for rank in range(ranks)]
    assert sorted(sum(shares, ())) == list(range(24, 30))
    assert {len(share) for share in shares} == {6 // ranks}


def test_a_sample_has_the_same_clicks_whichever_process_learns_from_it():
    alone = clicks_of(2)
    assert clicks_of(2, Share(0, 2)) | clicks_of(2, Share(1, 2)) == alone
    assert len(set(alone.values())) == 6


def test_all_processes_have_as_many_rounds():
    for number in range(9):
        rounds = {batch_of(RECIPE, number, Share(rank, 3), []).rounds for rank in range(3)}
        assert len(rounds) == 1


def test_the_number_of_rounds_is_drawn_evenly_up_to_the_most():
    rounds = [batch_of(RECIPE, number, Share(), []).rounds for number in range(400)]
    assert np.bincount(rounds, minlength=4) / 400 == pytest.approx([0.25] * 4, abs=0.08)


def test_seed_and_number_decide_and_processes_drop_out_apart():
    assert clicks_of(2) != clicks_of(2, seed=2)
    seeds = {
        batch_of(RECIPE, number, Share(rank, 2), []).dropout_seed for number in (0, 1) for rank in (0, 1)
    }
    assert len(seeds) == 4
