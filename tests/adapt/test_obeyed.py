"""Clicked pixels, whatever the answer was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.adapt._obeyed import obeyed

SIDE = 24
points = st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1), st.sampled_from([1, -1]))


def answer(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((SIDE, SIDE)).astype(np.float32) ** 4


@given(st.lists(points, max_size=12), st.integers(0, 5))
def test_every_clicked_pixel_is_shown_as_the_latest_click_on_it_says(clicks: list, seed: int) -> None:
    stored = np.rint(obeyed(answer(seed), clicks, radius_px=3.0) * 255) / 255
    latest = {(row, column): label for column, row, label in clicks}
    assert all((stored[place] >= 0.5) == (label > 0) for place, label in latest.items())


def test_what_obeys_already_stays() -> None:
    given_answer = answer(0)
    row, column = np.unravel_index(given_answer.argmax(), given_answer.shape)
    assert obeyed(given_answer, [(int(column), int(row), 1)], radius_px=3.0) is given_answer


def test_around_a_pixel_the_logit_moves_by_a_bell() -> None:
    flat = np.full((SIDE, SIDE), 0.2, np.float32)
    moved = obeyed(flat, [(10, 12, 1)], radius_px=3.0).astype(np.float64)
    needed = np.log(0.6 / 0.4) - np.log(0.2 / 0.8)
    added = np.log(moved / (1 - moved)) - np.log(0.2 / 0.8)
    assert np.isclose(added[12, 11], needed * np.exp(-2 / 9), atol=1e-5)
    assert np.isclose(added[14, 9], needed * np.exp(-10 / 9), atol=1e-5)
    assert np.array_equal(moved[12, 20:], flat[12, 20:])
    assert flat.max() == np.float32(0.2), "what was given stays"
