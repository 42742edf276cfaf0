from __future__ import annotations

import gzip
import json

import pytest

from session.stubs import StubPredictors
from zoomiseg.errors import OutputError
from zoomiseg.experiment.evaluation import EvaluationFile, Setting
from zoomiseg.experiment.metrics import Overlap
from zoomiseg.experiment.simulation import Hands, Row, ZoomRules

from .runs import facts, file_of, patch, run


def full_run():
    zoom = patch("high", 0.123456789, 0.99, zoom=(10.5, 20.25), after=2, low_iou_after=0.75, undone=(1,))
    low = patch("low", 0.1 + 0.2, 2 / 3)
    return run(low, zoom, cells=(Overlap(1, 2, 3), Overlap(4, 5, 6)), hd95_um=None)


def test_what_is_read_is_what_was_written_to_the_last_bit(tmp_path):
    rules, hands = ZoomRules(d_thr_px=111.5, literal=True, first_look="given"), Hands("human", 7)
    file = file_of(
        tmp_path / "e.json", (facts(kind="real"), {"zoomiseg": full_run()}), rules=rules, hands=hands
    )
    file.save()
    again = EvaluationFile.read(file.path)
    assert again.setting == file.setting == Setting(rules, hands)
    assert again.slides == file.slides
    assert again.networks == file.networks


def test_a_row_is_on_the_disk_as_soon_as_it_is_done(tmp_path):
    file = file_of(tmp_path / "e.json", (facts(), {}))
    file.add_run("a.tif", "low-only", full_run())
    assert EvaluationFile.read(file.path).has("a.tif", "low-only")
    assert not file.has("a.tif", "zoomiseg")
    assert not file.has("b.tif", "low-only")


def test_every_action_says_what_its_numbers_are(tmp_path):
    file = file_of(tmp_path / "e.json", (facts(), {"low-only": run(patch("low", 0.5))}))
    file.save()
    values = json.loads(file.path.read_text())
    (action,) = values["slides"][0]["runs"]["low-only"]["patches"][0]["actions"]
    assert dict(zip(values["action"], action, strict=True)) == {
        "kind": "click",
        "x": 0.0,
        "y": 7.25,
        "label": 1,
        "iou": 0.5,
        "common": 0,
        "either": 100,
    }


def rows(*names, weights="stub"):
    return [Row(name=name, scheme="low", predictors=StubPredictors(name=weights)) for name in names]


def test_rows_and_slides_may_be_added_later_but_not_with_other_thresholds_or_networks(tmp_path):
    path, setting = tmp_path / "e.json", Setting(ZoomRules(), Hands())
    file = EvaluationFile.resume(path, setting, rows("low-only"))
    file.add_slide(facts())
    file.add_run("a.tif", "low-only", full_run())
    again = EvaluationFile.resume(path, setting, rows("low-only", "zoomiseg"))
    assert again.has("a.tif", "low-only")
    assert list(again.networks) == ["low-only", "zoomiseg"]
    with pytest.raises(OutputError, match=r"with q_thr 0\.85 instead of 0\.8\. Choose another folder"):
        EvaluationFile.resume(path, Setting(ZoomRules(q_thr=0.8), Hands()), rows("low-only"))
    with pytest.raises(OutputError, match="with clicker exact instead of human"):
        EvaluationFile.resume(path, Setting(ZoomRules(), Hands("human")), rows("low-only"))
    with pytest.raises(OutputError, match="holds a row low-only of other networks"):
        EvaluationFile.resume(path, setting, rows("low-only", weights="other"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "slides": [{}]}', "\x00"])
def test_a_file_that_is_no_evaluation_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "e.json"
    path.write_text(text)
    with pytest.raises(OutputError, match=r"e\.json holds no results of evaluate"):
        EvaluationFile.resume(path, Setting(ZoomRules(), Hands()), [])
    assert path.read_text() == text


def test_a_file_that_gzip_made_smaller_is_read_too(tmp_path):
    file = file_of(tmp_path / "e.json", (facts(), {"zoomiseg": full_run()}))
    file.save()
    smaller = tmp_path / "e.json.gz"
    smaller.write_bytes(gzip.compress(file.path.read_bytes()))
    assert EvaluationFile.read(smaller).slides == file.slides


def broken_off(content):
    return gzip.compress(content)[:-20]


@pytest.mark.parametrize(
    "content",
    [b"{}", broken_off(b'{"format": 1}' * 99), gzip.compress(b"no JSON")],
    ids=["not compressed", "broken off", "no JSON"],
)
def test_a_damaged_gzip_file_is_refused(tmp_path, content):
    path = tmp_path / "e.json.gz"
    path.write_bytes(content)
    with pytest.raises(OutputError, match=r"e\.json\.gz (holds no results of evaluate|is no gzip file)"):
        EvaluationFile.read(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match="cannot be read: No such file"):
        EvaluationFile.read(tmp_path / "none.json")
