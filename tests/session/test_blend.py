from __future__ import annotations

import math

import numpy as np

from zoomiseg.geometry import Box, grids_of
from zoomiseg.session._blend import blend, blend_enlarged, newest, probability, raised_cosine

SIZE = 1024


def patch(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE), dtype=np.uint8)


def test_stored_values_become_probabilities_of_their_255th_part() -> None:
    assert probability(np.array([0, 51, 255], np.uint8)).tolist() == [
        0.0,
        np.float32(51) / np.float32(255),
        1.0,
    ]


def test_the_weight_is_a_raised_cosine_that_is_never_zero() -> None:
    weight = raised_cosine()
    assert weight[0] == 0.5 - 0.5 * math.cos(2 * math.pi * 0.5 / SIZE)
    assert weight[0] > 0
    np.testing.assert_allclose(weight, weight[::-1])


def test_one_patch_alone_is_shown_to_the_bit() -> None:
    values = patch(1)
    pieces = [(Box(768, 0, SIZE, SIZE), values), (Box(9000, 0, SIZE, SIZE), values)]
    shown = blend(pieces, Box(700, 10, 400, 300))
    assert np.array_equal(shown[:, 68:], probability(values[10:310, :332]))
    assert not shown[:, :68].any()


def test_where_patches_overlap_the_mean_is_weighted_by_hand_computed_weights() -> None:
    left, right = patch(1), patch(2)
    pieces = [(Box(0, 0, SIZE, SIZE), left), (Box(768, 0, SIZE, SIZE), right)]
    x, y = 850, 333

    def weight(position: float) -> float:
        return 0.5 - 0.5 * math.cos(2 * math.pi * (position + 0.5) / SIZE)

    one, two = weight(x), weight(x - 768)
    expected = (one * left[y, x] + two * right[y, x - 768]) / (one + two) / 255
    assert math.isclose(blend(pieces, Box(x, y, 1, 1))[0, 0], expected, abs_tol=1e-6)


def test_the_newest_patch_over_a_pixel_gives_its_number() -> None:
    pieces = [(Box(0, 0, SIZE, SIZE), 7), (Box(768, 0, SIZE, SIZE), 3)]
    assert newest(pieces, Box(1022, 0, 4, 1)).tolist() == [[7, 7, 3, 3]]
    assert newest(pieces, Box(5000, 0, 2, 1)).tolist() == [[0, 0]]


def test_beyond_the_slides_edge_the_canvas_continues_with_its_last_pixel() -> None:
    grid = grids_of(5000, 4200, (0.5, 0.5)).low
    values = np.full((SIZE, SIZE), 255, np.uint8)
    edge = Box(grid.width * 4 - 40, grid.height * 4 - 40, 40, 40)
    piece = (Box(grid.width - SIZE, grid.height - SIZE, SIZE, SIZE), values)
    np.testing.assert_allclose(blend_enlarged([piece], edge, grid), 1.0, atol=1e-6)
