"""What a run leaves to read."""

from __future__ import annotations

import cv2
import pytest

from zoomiseg.errors import MissingExtra
from zoomiseg.training import Figures, Reports, Validated, Validation
from zoomiseg.training._batch import Share, batch_of
from zoomiseg.training._learner import Lesson
from zoomiseg.training._record import Record
from zoomiseg.training._step import learn_from
from zoomiseg.training._validation import Clicked

from .stubs import RandomSamples, TinyNetwork, tiny_recipe

FIGURES = Figures(8, (3.25, 5.5, 20.0), 2, (0.5, 0.625, 0.75, 0.875))


@pytest.fixture
def lesson() -> Lesson:
    recipe = tiny_recipe()
    batch = batch_of(recipe, 0, Share(), [RandomSamples().sample(index) for index in range(2)])
    outcome = learn_from(TinyNetwork(), batch, recipe)
    return Lesson(outcome.loss.item(), outcome.iou, batch, outcome)


def found(step: int) -> Validated:
    sample = RandomSamples().sample(0)
    clicked = Clicked(sample.image, sample.target, [(1, 2, 1)], sample.target.astype("float32"))
    return Validated(step, Validation({"val": FIGURES, "val gland": FIGURES}, (clicked,), 2.5), True)


def record(folder, *, first: int = 0, tensorboard: bool = False, told=None) -> Record:
    reports = Reports(validated=told.append if told is not None else None)
    return Record(folder, first=first, last=50, tensorboard=tensorboard, reports=reports)


def test_a_validation_is_a_row_for_each_set_a_report_and_two_pictures(tmp_path, lesson):
    told = []
    record(tmp_path, told=told).validation(found(20), lesson)
    header, first, second = (tmp_path / "validation.csv").read_text().splitlines()
    assert header == "step,set,images,noc80,noc85,noc90,failures,iou1,iou3,iou5,iou10,best,seconds"
    assert first == "20,val,8,3.250,5.500,20.000,2,0.5000,0.6250,0.7500,0.8750,1,2.5"
    assert second.startswith("20,val gland,8,")
    assert [each.step for each in told] == [20]
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert pictures == ["step-000020-training.png", "step-000020-validation.png"]
    assert cv2.imread(str(tmp_path / "pictures" / pictures[0])).shape == (304, 600, 3)


def test_a_resumed_run_drops_the_rows_that_it_finds_again(tmp_path, lesson):
    before = record(tmp_path)
    before.validation(found(20), lesson)
    before.validation(found(40), lesson)
    record(tmp_path, first=30)
    rows = (tmp_path / "validation.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", "20", "20"]


def test_events_hold_the_same_numbers_and_pictures(tmp_path, lesson):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    writing = record(tmp_path, tensorboard=True)
    writing.step(20, lesson, waited=0.0)
    writing.validation(found(20), lesson)
    writing.close()
    read = events.EventAccumulator(str(tmp_path / "events")).Reload()
    assert [each.value for each in read.Scalars("training/loss")] == pytest.approx([lesson.loss])
    assert [(each.step, each.value) for each in read.Scalars("val gland/NoC@85")] == [(20, 5.5)]
    assert [each.value for each in read.Scalars("val/IoU after 10")] == [0.875]
    assert [(each.width, each.height) for each in read.Images("training")] == [(600, 304)]


def test_without_tensorboard_the_extra_is_named_only_where_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", None)
    record(tmp_path)
    with pytest.raises(MissingExtra) as caught:
        record(tmp_path, tensorboard=True)
    hint = "Install it with: pip install 'zoomiseg[train]'"
    assert str(caught.value) == f"TensorBoard is not installed. {hint}"
