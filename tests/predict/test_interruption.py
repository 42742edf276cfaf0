"""A network stops when something else is wanted, and answers later as if it had never been asked."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import pytest

from zoomiseg.geometry import PATCH_SIZE, Box, Grid, PatchFrame
from zoomiseg.predict import Interrupted, OpenVinoPredictor, Patch, interruptible, load_predictors


@pytest.fixture(scope="module")
def low() -> OpenVinoPredictor:
    predictor = load_predictors("compact").low
    assert isinstance(predictor, OpenVinoPredictor)
    return predictor


@pytest.fixture(scope="module")
def patch(low: OpenVinoPredictor) -> Patch:
    pixels = np.random.default_rng(0).integers(0, 255, (PATCH_SIZE, PATCH_SIZE, 3), np.uint8)
    grid = Grid((1.0, 1.0), PATCH_SIZE, PATCH_SIZE, (low.card.mpp, low.card.mpp))
    return Patch(pixels, PatchFrame(grid, Box(0, 0, PATCH_SIZE, PATCH_SIZE)))


def answers(*values: bool) -> Iterator[bool]:
    yield from values
    while True:
        yield values[-1]


@pytest.mark.parametrize("looks", [(True,), (False, False, True)], ids=["before it begins", "on its way"])
def test_it_stops_at_once_and_answers_the_same_afterwards(
    low: OpenVinoPredictor, patch: Patch, looks: tuple[bool, ...]
) -> None:
    begun = perf_counter()
    expected = low.predict(patch, [])
    whole = perf_counter() - begun
    wanted = answers(*looks)
    begun = perf_counter()
    with pytest.raises(Interrupted), interruptible(lambda: next(wanted)):
        other = Patch(255 - patch.image, patch.frame)  # what is kept of the first one's tissue is no help
        low.predict(other, [])
    assert perf_counter() - begun < max(whole, 0.2)
    assert low.predict(patch, []).tobytes() == expected.tobytes()


def test_where_nothing_else_is_wanted_it_answers_to_the_bit(low: OpenVinoPredictor, patch: Patch) -> None:
    expected = low.predict(patch, [])
    with interruptible(lambda: False):
        other = Patch(255 - patch.image, patch.frame)
        low.predict(other, [])
        assert low.predict(patch, []).tobytes() == expected.tobytes()
