"""The resampling against brute force: every grid pixel computed on its own from its definition."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.geometry import Box
from zoomiseg.slide._resample import Axis, resample

SOURCE = np.random.default_rng(7).integers(0, 256, (61, 83, 3), dtype=np.uint8)
HEIGHT, WIDTH = SOURCE.shape[:2]

STEPS = st.sampled_from(
    [1.0, 2.0, 3.0, 4.0, 1.5, 3.9998, 2.0000001, 5.25, 16.0, 200.0, 0.5, 0.62 / 0.5, 0.45]
)
EXTENTS = st.sampled_from([0.0, -0.75, 0.5])


def crop(box):
    assert Box(0, 0, WIDTH, HEIGHT).encloses(box)
    return SOURCE[box.y : box.bottom, box.x : box.right]


def run(box, x_step, y_step, x_beyond=0.0, y_beyond=0.0):
    x_axis, y_axis = Axis(x_step, WIDTH, WIDTH + x_beyond), Axis(y_step, HEIGHT, HEIGHT + y_beyond)
    return resample(crop, box, x_axis=x_axis, y_axis=y_axis)


def exact_weights(number, step, length, extent):
    """The weight of every source pixel in one grid pixel of an axis, by rational arithmetic."""
    step, extent = Fraction(step), Fraction(extent)
    left, right = number * step, (number + 1) * step
    if step < 1:
        return cubic_weights(number, step, length, extent)
    weights = [Fraction(0)] * length
    for pixel in range(length):
        pixel_right = extent if pixel == length - 1 else Fraction(pixel + 1)
        weights[pixel] = max(Fraction(0), min(right, pixel_right) - max(left, pixel)) / step
    return [float(weight) for weight in weights]


def cubic_weights(number, step, length, extent):
    centre = float((number + Fraction(1, 2)) * step - Fraction(1, 2))
    covered = max(Fraction(0), min((number + 1) * step, extent) - max(number * step, 0)) / step
    weights = [0.0] * length
    for pixel in range(math.floor(centre) - 1, math.floor(centre) + 3):
        t = abs(centre - pixel)
        keys = 1.5 * t**3 - 2.5 * t**2 + 1 if t <= 1 else -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
        weights[min(max(pixel, 0), length - 1)] += (keys if t < 2 else 0.0) * float(covered)
    return weights


def brute_force(box, x_step, y_step, x_beyond=0.0, y_beyond=0.0):
    columns = [exact_weights(x, x_step, WIDTH, WIDTH + x_beyond) if x >= 0 else [0.0] * WIDTH
               for x in range(box.x, box.right)]  # fmt: skip
    rows = [exact_weights(y, y_step, HEIGHT, HEIGHT + y_beyond) if y >= 0 else [0.0] * HEIGHT
            for y in range(box.y, box.bottom)]  # fmt: skip
    darkness = np.einsum("rh,hwc,kw->rkc", np.array(rows), 255.0 - SOURCE, np.array(columns))
    return 255 - np.clip(darkness, 0, 255)


@settings(max_examples=60, deadline=None)
@given(
    x_step=STEPS,
    y_step=STEPS,
    x_beyond=EXTENTS,
    y_beyond=EXTENTS,
    box=st.builds(Box, st.integers(-5, 90), st.integers(-5, 70), st.integers(1, 24), st.integers(1, 24)),
)
def test_every_pixel_is_what_its_definition_says(x_step, y_step, x_beyond, y_beyond, box):
    found = run(box, x_step, y_step, x_beyond, y_beyond)
    expected = brute_force(box, x_step, y_step, x_beyond, y_beyond)
    assert np.abs(found - expected).max() <= 0.501


@settings(max_examples=60, deadline=None)
@given(x_step=STEPS, y_step=STEPS, beyond=EXTENTS, data=st.data())
def test_a_pixel_does_not_depend_on_the_box_it_is_read_in(x_step, y_step, beyond, data):
    whole = Box(-3, -3, int(WIDTH / x_step) + 8, int(HEIGHT / y_step) + 8)
    x = data.draw(st.integers(whole.x, whole.right - 1))
    y = data.draw(st.integers(whole.y, whole.bottom - 1))
    part = Box(x, y, data.draw(st.integers(1, whole.right - x)), data.draw(st.integers(1, whole.bottom - y)))
    together = run(whole, x_step, y_step, beyond, beyond)
    alone = run(part, x_step, y_step, beyond, beyond)
    np.testing.assert_array_equal(alone, together[part.slices_in(whole)])


def test_the_scale_of_level_0_gives_its_very_pixels():
    np.testing.assert_array_equal(run(Box(0, 0, WIDTH, HEIGHT), 1.0, 1.0), SOURCE)


@pytest.mark.parametrize("step", [1.0, 2.0, 3.9998, 0.7])
def test_outside_the_slide_is_white(step):
    columns, rows = math.ceil(WIDTH / step), math.ceil(HEIGHT / step)
    for box in (Box(-9, 0, 9, 4), Box(0, -9, 4, 9), Box(columns, 0, 3, 3), Box(0, rows, 3, 3)):
        assert (run(box, step, step) == 255).all()


def test_a_pixel_half_outside_is_half_white():
    black = np.zeros((3, 3, 3), np.uint8)
    axis = Axis(2.0, 3, 3.0)
    found = resample(lambda box: black[: box.height, : box.width], Box(0, 0, 2, 2), x_axis=axis, y_axis=axis)
    assert found[..., 0].tolist() == [[0, 127], [127, 191]]


def test_no_more_than_a_bounded_source_is_asked_for_at_once():
    asked = []

    def plane(box):
        asked.append(box.area)
        return np.zeros((box.height, box.width, 3), np.uint8)

    axis = Axis(64.0, 20_000, 20_000.0)
    resample(plane, Box(0, 0, 313, 313), x_axis=axis, y_axis=axis)
    assert max(asked) <= 2048**2
    assert sum(asked) >= 20_000**2
