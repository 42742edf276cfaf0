from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.experiment.simulation import Hands, _hands
from zoomiseg.robot import next_click

EVERYWHERE = np.ones((200, 300), bool)


def errors():
    """A large error of 80 x 80 and a smaller one of 40 x 40, both missed; a speck of 6 x 6 that is spilt."""
    truth, prediction = np.zeros((200, 300), bool), np.zeros((200, 300), bool)
    truth[20:100, 20:100] = True
    truth[120:160, 220:260] = True
    prediction[10:16, 280:286] = True
    return prediction, truth


def aims(hand, count, *, may_err=True):
    prediction, truth = errors()
    return [hand.aim(prediction, truth, clicked=[], valid=EVERYWHERE, may_err=may_err) for _ in range(count)]


def test_the_exact_hand_is_the_robot():
    prediction, truth = errors()
    robot = next_click(prediction, truth)
    (aim,) = aims(Hands().at(1), 1)
    assert (aim.column, aim.row, aim.label, aim.mistaken) == (robot.column, robot.row, robot.label, False)


def test_a_jittered_hand_stays_in_the_error_and_spreads_by_a_quarter_of_the_disk():
    found = aims(Hands("jittered", 3).at(1), 200)
    assert all(20 <= aim.column < 100 and 20 <= aim.row < 100 and aim.label == 1 for aim in found)
    assert not any(aim.mistaken for aim in found)
    # The disk's radius is 40.
    assert np.std([aim.column for aim in found]) == pytest.approx(10, abs=1.5)


def test_a_human_takes_the_second_largest_error_three_times_in_ten_and_errs_once_in_twenty():
    found = aims(Hands("human", 7).at(1), 400)
    second = [aim for aim in found if aim.column >= 220]
    assert len(second) / 400 == pytest.approx(0.3, abs=0.07)
    assert all(120 <= aim.row < 160 and aim.label == 1 for aim in second)
    assert np.mean([aim.mistaken for aim in found]) == pytest.approx(0.05, abs=0.03)


def test_a_human_does_not_err_where_there_is_no_room_to_undo_it():
    assert not any(aim.mistaken for aim in aims(Hands("human", 7).at(1), 100, may_err=False))


def test_with_a_single_error_a_human_has_no_second_choice(monkeypatch):
    monkeypatch.setattr(_hands, "SECOND_REGION", 1.0)
    truth = np.zeros((50, 60), bool)
    truth[10:30, 10:30] = True
    aim = (
        Hands("human", 1)
        .at(0)
        .aim(np.zeros_like(truth), truth, clicked=[], valid=np.ones_like(truth), may_err=True)
    )
    assert (10 <= aim.column < 30, aim.label) == (True, 1)


@pytest.mark.parametrize("clicker", ["exact", "jittered", "human"])
def test_what_is_not_valid_is_not_clicked_and_nothing_wrong_is_no_click(clicker):
    prediction, truth = errors()
    hand = Hands(clicker, 1).at(0)
    valid = np.ones_like(truth)
    valid[:, :200] = False
    for _ in range(20):
        assert hand.aim(prediction, truth, clicked=[], valid=valid, may_err=False).column >= 200
    assert hand.aim(truth, truth, clicked=[], valid=EVERYWHERE, may_err=True) is None


def test_each_patch_has_its_own_dice_and_a_seed_throws_them_again():
    hands = Hands("human", 5)
    assert aims(hands.at(0, 1), 5) == aims(hands.at(0, 1), 5)
    assert aims(hands.at(0, 1), 5) != aims(hands.at(1, 0), 5)
    assert aims(hands.at(0, 1), 5) != aims(Hands("human", 6).at(0, 1), 5)
