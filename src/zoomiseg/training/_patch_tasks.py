"""Whole images as samples, as the paper learns from patches: each once an epoch, in an order drawn anew."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ._library import Library
from ._sides import Sides
from ._tasks import Sample, TaskMix, finished

_ORDER = 4
"""What the random numbers of an epoch are for."""


class PatchTasks:
    """Draws samples, with all that is marked for a target.

    Args:
        library: The images.
        mix: Its shares of first masks and white margins count.
        mpp: (smallest, largest) µm per pixel, drawn log-uniformly.
        sides: Of the samples; of a larger image a part is cut, and a smaller one lies on white.
        blur: Share of blurred images; None leaves all images as they are.
        seed: Of the whole stream.
        digest: What tells the tissue from other data.
    """

    def __init__(
        self,
        library: Library,
        mix: TaskMix,
        *,
        mpp: tuple[float, float],
        sides: Sides,
        blur: float | None,
        seed: int,
        digest: str = "",
    ) -> None:
        self.digest = digest
        self._library, self._mix, self._mpp = library, mix, mpp
        self._sides, self._blur, self._seed = sides, blur, seed
        self._order = lru_cache(maxsize=4)(self._drawn_order)

    @property
    def images(self) -> int:
        """How many images an epoch has."""
        return len(self._library)

    def sample(self, index: int) -> Sample:
        """Return sample `index`."""
        epoch, place = divmod(index, self.images)
        rng = np.random.default_rng((self._seed, index))
        mpp = self._mpp[0]
        if self._mpp[1] > mpp:
            mpp = float(np.exp(rng.uniform(*np.log(self._mpp))))
        window = self._library.whole(rng, int(self._order(epoch)[place]), mpp, self._sides.of(index))
        return finished(rng, window.image, window.marked, mix=self._mix, blur=self._blur)

    def _drawn_order(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((self._seed, epoch, _ORDER)).permutation(self.images)
