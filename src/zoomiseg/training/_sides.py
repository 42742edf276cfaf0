"""How large samples are: alike in a batch, drawn for each batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SIDE = 5
"""What random numbers are for."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The side of each sample of a run, a pure function of seed and batch.

    Args:
        choices: Pixels; each batch takes one of them, all with the same chance.
        batch: Samples in a batch, however many devices share it.
        seed: Of the run.
    """

    choices: Sequence[int]
    batch: int = 1
    seed: int = 0

    def of(self, index: int) -> int:
        """Return the side of sample `index` in pixels."""
        if len(self.choices) == 1:
            return self.choices[0]
        rng = np.random.default_rng((self.seed, index // self.batch, _SIDE))
        return self.choices[int(rng.integers(len(self.choices)))]
