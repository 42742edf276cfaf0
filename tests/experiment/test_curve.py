"""The robot against methods whose answers are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment import Curve, Flips, robot_curve
from zoomiseg.robot import RobotClick

from .answers import Answers

IMAGE = np.zeros((16, 16, 3), np.uint8)


def block(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((16, 16), bool)
    mask[rows, columns] = True
    return mask


TRUTH = block(slice(2, 7), slice(2, 7))


def test_a_perfect_method_needs_one_click_in_the_middle():
    curve = robot_curve(Answers(lambda *_: TRUTH.astype(np.float32)), IMAGE, TRUTH)
    assert curve == Curve(ious=(1.0,), points=((4, 4, 1),), obeyed=(1.0,), obeyed_newest=(True,))
    assert curve.clicks_to(0.9) == (1, True)


def test_a_method_that_never_listens_gets_twenty_clicks_and_fails():
    curve = robot_curve(Answers(lambda *_: np.zeros((16, 16), np.float32)), IMAGE, TRUTH)
    assert curve.ious == (0.0,) * 20
    assert curve.obeyed == (0.0,) * 20
    assert len(set(curve.points)) == 20
    assert curve.clicks_to(0.8) == (20, False)


def test_getting_there_at_the_twentieth_click_is_getting_there():
    def late(image, points, previous):
        return TRUTH.astype(np.float32) * (len(points) == 20)

    curve = robot_curve(Answers(late), IMAGE, TRUTH)
    assert curve.ious == (0.0,) * 19 + (1.0,)
    assert curve.clicks_to(0.9) == (20, True)


def test_obeyed_is_the_share_of_all_clicks_so_far_that_have_their_class():
    # The upper three rows of the block, whatever is clicked: the first click, at (4, 4), is obeyed; rows 5
    # and 6 stay wrong, and there the robot goes on in raster order.
    upper = block(slice(2, 5), slice(2, 7)).astype(np.float32)
    curve = robot_curve(Answers(lambda *_: upper), IMAGE, TRUTH, most=3)
    assert curve.points == ((4, 4, 1), (2, 5, 1), (3, 5, 1))
    assert curve.obeyed == pytest.approx((1, 1 / 2, 1 / 3))
    assert curve.obeyed_newest == (True, False, False)
    assert curve.ious == (15 / 25,) * 3


def test_a_spill_is_answered_with_a_negative_click():
    spilt = (TRUTH | block(slice(9, 16), slice(9, 16))).astype(np.float32)
    curve = robot_curve(Answers(lambda *_: spilt), IMAGE, TRUTH, most=2)
    assert curve.points == ((4, 4, 1), (12, 12, -1))
    assert curve.obeyed == (1.0, 0.5)
    assert curve.ious == (25 / (25 + 49),) * 2


def test_a_probability_of_one_half_is_target():
    curve = robot_curve(Answers(lambda *_: np.where(TRUTH, 0.5, 0.499).astype(np.float32)), IMAGE, TRUTH)
    assert curve.ious == (1.0,)


def test_a_method_gets_its_own_last_answer_and_all_clicks():
    seen = []

    def method(image, points, previous):
        seen.append((image, tuple(points), previous))
        return np.full((16, 16), len(points) / 10, np.float32)

    curve = robot_curve(Answers(method), IMAGE, TRUTH, most=3)
    assert [len(points) for _, points, _ in seen] == [1, 2, 3]
    assert seen[-1][1] == curve.points
    assert seen[0][2] is None
    assert [float(previous[0, 0]) for _, _, previous in seen[1:]] == pytest.approx([0.1, 0.2])
    assert all(image is IMAGE for image, _, _ in seen)


def test_another_clicker_chooses_the_clicks_and_hears_of_the_earlier_ones():
    asked = []

    def clicker(prediction, truth, *, clicked):
        asked.append((bool(prediction.any()), list(clicked)))
        return RobotClick(len(asked), 9, -1, 1.0) if len(asked) < 3 else None

    curve = robot_curve(Answers(lambda *_: TRUTH.astype(np.float32)), IMAGE, TRUTH, clicker=clicker)
    assert curve.points == ((1, 9, -1), (2, 9, -1))
    assert asked == [(False, []), (True, [(1, 9)]), (True, [(1, 9), (2, 9)])]


def test_each_click_but_the_first_tells_what_it_flipped_far_away():
    # The second answer adds the block's last column, and spills into one pixel far from the click.
    left, spill = block(slice(2, 7), slice(2, 6)), block(slice(15, 16), slice(15, 16))
    answers = iter([left, TRUTH | spill])
    curve = robot_curve(Answers(lambda *_: next(answers).astype(np.float32)), IMAGE, TRUTH, most=2, far_px=2)
    assert curve.points[1] == (6, 2, 1)
    column, row = np.arange(16) - 6, np.arange(16) - 2
    near = int((column[None] ** 2 + row[:, None] ** 2 <= 4).sum())
    assert curve.flips == (Flips(far=256 - near, spoilt=1, mended=2),)


@pytest.mark.parametrize(("quality", "expected"), [(0.5, (2, True)), (0.7, (3, True)), (0.81, (9, False))])
def test_the_first_click_that_is_good_enough_counts(quality, expected):
    curve = Curve(ious=(0.2, 0.5, 0.8, 0.6), points=(), obeyed=())
    assert curve.clicks_to(quality, most=9) == expected


def test_after_the_last_click_the_last_iou_stays():
    curve = Curve(ious=(0.2, 0.9), points=(), obeyed=())
    assert [curve.iou_after(clicks) for clicks in (1, 2, 3, 10)] == [0.2, 0.9, 0.9, 0.9]
