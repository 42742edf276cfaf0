"""The robot on image after image, and what each is held against."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import WeightsError
from zoomiseg.experiment import (
    GrabCut,
    PatchTest,
    PredictorMethod,
    Subject,
    evaluate_patches,
    known_baselines,
    replayed_ious,
    robot_curve,
)

from .answers import Answers


def filled(pixels: int) -> np.ndarray:
    """Return a mask of 10 x 10 whose first `pixels` in raster order are target."""
    return (np.arange(100) < pixels).reshape(10, 10)


def subject(truth: np.ndarray, name: str = "a") -> Subject:
    image = np.where(truth[..., None], [150, 60, 140], [235, 190, 210]).astype(np.uint8)
    return Subject(name, lambda: (image, truth))


@Answers
def everything(image, points, previous):
    return np.ones(image.shape[:2], np.float32)


@Answers
def quarters(image, points, previous):
    """Give each quarter of the image the label of the last click in it, none before one."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    answer = np.zeros(image.shape[:2], np.float32)
    for column, row, label in points:
        top, left = row // height * height, column // width * width
        answer[top : top + height, left : left + width] = label > 0
    return answer


CHEQUERED = np.kron([[1, 0], [0, 1]], np.ones((20, 20))) > 0
SPOTTED = CHEQUERED.copy()
SPOTTED[25:35, 5:15] = True
SPOTTED[5:9, 5:9] = False


def test_images_nearly_empty_or_nearly_full_are_counted_apart():
    subjects = [subject(filled(count), str(count)) for count in (1, 2, 30, 98, 99)]
    results = list(evaluate_patches(subjects, everything, PatchTest(most=1)))
    assert [result.name for result in results] == ["1", "2", "30", "98", "99"]
    assert [result.foreground for result in results] == [0.01, 0.02, 0.3, 0.98, 0.99]
    assert [result.curve and result.curve.ious for result in results] == [
        None,
        (0.02,),
        (0.3,),
        (0.98,),
        None,
    ]


def test_the_curve_is_that_of_the_robot():
    (result,) = evaluate_patches([subject(SPOTTED)], quarters, PatchTest(far_px=15))
    assert result.curve == robot_curve(quarters, np.zeros((40, 40, 3), np.uint8), SPOTTED, far_px=15)
    assert result.curve.flips[0].far > 0


def test_a_method_that_listens_does_worse_with_shuffled_labels():
    (result,) = evaluate_patches([subject(SPOTTED)], quarters, PatchTest())
    assert len({label for *_, label in result.curve.points}) == 2
    assert result.shuffled < result.curve.iou_after(10)


def test_a_method_that_does_not_listen_does_not_mind_shuffled_labels():
    (result,) = evaluate_patches([subject(SPOTTED)], everything, PatchTest())
    assert result.shuffled == result.curve.iou_after(10) == pytest.approx(SPOTTED.mean())


def test_where_all_clicks_have_one_label_there_is_nothing_to_shuffle():
    (result,) = evaluate_patches([subject(CHEQUERED)], quarters, PatchTest())
    assert result.curve.ious == (0.5, 1.0)
    assert result.shuffled is None


def test_what_comes_of_an_image_depends_on_its_place_and_seed_alone():
    subjects = [subject(SPOTTED, str(number)) for number in range(4)]
    jittered = PatchTest(clicker="jittered", seed=1)
    whole = list(evaluate_patches(subjects, quarters, jittered))
    assert list(evaluate_patches(subjects, quarters, jittered, start=2)) == whole[2:]
    assert len({result.curve.points for result in whole}) == 4
    other = evaluate_patches(subjects, quarters, PatchTest(clicker="jittered", seed=2))
    assert [result.curve.points for result in other] != [result.curve.points for result in whole]


def baselines(*names):
    return tuple(known_baselines()[name] for name in names)


def test_baselines_get_the_clicks_that_the_network_got():
    first, test = subject(SPOTTED), PatchTest(baselines=baselines("grabcut", "random-walker"))
    (result,) = evaluate_patches([first], quarters, test)
    assert result.baselines["grabcut"] == replayed_ious(GrabCut(), *first.read(), result.curve.points)
    assert len(result.baselines["random-walker"]) == len(result.curve.points)


def test_baselines_run_on_at_most_forty_images_evenly_spread():
    subjects = [subject(CHEQUERED, str(number)) for number in range(80)]
    results = list(evaluate_patches(subjects, quarters, PatchTest(baselines=baselines("grabcut"))))
    assert [int(result.name) for result in results if result.baselines] == list(range(0, 80, 2))


def test_a_baseline_that_cannot_be_had_is_told_before_the_first_click():
    test = PatchTest(baselines=baselines("sam"))
    with pytest.raises(WeightsError, match="The method sam needs a checkpoint of Segment Anything"):
        next(evaluate_patches([subject(SPOTTED)], Answers(never), test))


def never(*_):
    raise AssertionError("nothing is clicked")


def test_a_predictor_gets_the_whole_image_and_clicks_on_their_pixels():
    class Recorder:
        identity = "recorder"

        def warm_up(self):
            raise AssertionError

        def predict(self, patch, clicks, *, mask_input=None):
            self.seen = patch, clicks, mask_input
            return np.ones(patch.image.shape[:2], np.float32)

    recorder, image = Recorder(), np.zeros((4, 6, 3), np.uint8)
    previous = np.full((4, 6), 0.25, np.float32)
    PredictorMethod(recorder, 2.0).predict(image, [(5, 3, 1), (0, 1, -1)], previous)
    patch, clicks, mask_input = recorder.seen
    assert patch.image is image
    assert mask_input is previous
    assert patch.frame.grid.mpp == (2.0, 2.0)
    assert (patch.frame.box.width, patch.frame.box.height) == (6, 4)
    assert patch.frame.inside == patch.frame.box
    assert [(*patch.frame.pixel_of(click), click.label) for click in clicks] == [(5, 3, 1), (0, 1, -1)]
