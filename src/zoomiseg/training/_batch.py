"""What one process learns from at once: samples, and the random numbers of their clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ._recipe import Recipe
from ._tasks import Sample

_CLICKS, _ROUNDS, _DROPOUT = 1, 2, 3
"""What random numbers are for."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which samples of each batch a process learns from: those of its rank, then every `ranks` further."""

    rank: int = 0
    ranks: int = 1

    def numbers(self, recipe: Recipe, batch: int) -> tuple[int, ...]:
        """Return the numbers of the samples of a batch, itself counted from 0 over the whole run."""
        first = batch * recipe.batch
        return tuple(range(first + self.rank, first + recipe.batch, self.ranks))


@dataclass(frozen=True, slots=True)
class Batch:
    """A process's share of a batch.

    Args:
        numbers: Of the samples in the stream.
        samples: All of one size.
        dice: A generator for each sample, which decides its clicks.
        rounds: How many rounds of correcting clicks there are.
        dropout_seed: For torch.
    """

    numbers: tuple[int, ...]
    samples: tuple[Sample, ...]
    dice: tuple[np.random.Generator, ...]
    rounds: int
    dropout_seed: int


def batch_of(recipe: Recipe, number: int, share: Share, samples: Sequence[Sample]) -> Batch:
    """Return a share of batch `number` with the random numbers that belong to it.

    Clicks depend on the recipe's seed and the sample's number alone, rounds on the batch's, so that several
    processes learn together from what one would have learnt from.
    """
    numbers = share.numbers(recipe, number)
    rounds = np.random.default_rng((recipe.seed, number, _ROUNDS)).integers(recipe.click_rounds + 1)
    dropout = np.random.SeedSequence((recipe.seed, number, share.rank, _DROPOUT)).generate_state(1)[0]
    return Batch(
        numbers=numbers,
        samples=tuple(samples),
        dice=tuple(np.random.default_rng((recipe.seed, index, _CLICKS)) for index in numbers),
        rounds=int(rounds),
        dropout_seed=int(dropout),
    )
