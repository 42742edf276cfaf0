"""Slides on disk, clicked row by row by stub networks: what is kept, gone on with, and refused."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from session.stubs import StubPredictor, StubPredictors
from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.errors import ManifestError, OutputError
from zoomiseg.experiment.evaluation import (
    EvaluationFile,
    Setting,
    evaluate_slides,
    evaluation_figures,
    names_of,
    rows_named,
)
from zoomiseg.experiment.simulation import Hands, ZoomRules

SETTING = Setting(ZoomRules(noc_max=3), Hands("jittered", 2))
NAMES = ("low-only", "high-only", "zoomiseg", "without-l2h")


def write_slides(folder, *, mask_factor=1):
    """Two slides of 1100 x 300 pixels at 0.5 µm, each with a square of tumour of 0.01 mm²."""
    lines = ["slide,mask,mpp,kind"]
    for number in range(2):
        y, x = np.mgrid[:300, :1100]
        grey = (np.sin(x / (30 + 9 * number)) * np.cos(y / 40) * 100 + 128).astype(np.uint8)
        mask = np.zeros((300, 1100), np.uint8)
        mask[40:240, 500 + 100 * number :][:, :200] = 255
        size = 1100 * mask_factor, 300 * mask_factor
        Image.fromarray(np.repeat(grey[..., None], 3, axis=2)).save(folder / f"{number}.png")
        Image.fromarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)).save(
            folder / f"{number}m.png"
        )
        lines.append(f"{number}.png,{number}m.png,0.5,real")
    (folder / "m.csv").write_text("\n".join(lines) + "\n")
    return read_manifest(folder / "m.csv")


def predictors():
    return StubPredictors(low=StubPredictor("low-1", 30), high=StubPredictor("high-1", 60))


def evaluate(folder, pairs, names=NAMES, *, setting=SETTING, stop_after=None):
    rows = rows_named(names, load=predictors, load_without_click_loss=None)
    file = EvaluationFile.resume(folder / "e.json", setting, rows)
    done, shares = [], []
    for each in evaluate_slides(pairs, rows, file, folder=folder, report=shares.append):
        done.append((each.slide, each.row, each.left))
        if len(done) == stop_after:
            break
    return file, done, shares


def without_times(figures):
    return {
        key: without_times(value)
        if isinstance(value, dict)
        else [without_times(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list)
        else value
        for key, value in figures.items()
        if not key.startswith("seconds")
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    pairs = write_slides(folder)
    return folder, pairs, *evaluate(folder, pairs)


def test_every_row_is_run_on_every_slide_and_progress_rises_to_one(finished):
    _, _, _, done, shares = finished
    assert done == [
        (f"{number}.png", name, 7 - 4 * number - count)
        for number in range(2)
        for count, name in enumerate(NAMES)
    ]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_facts_of_a_slide_are_those_of_its_file_and_truth(finished):
    facts = finished[2].slides["0.png"].facts
    assert (facts.kind, facts.width, facts.height, facts.mpp) == ("real", 1100, 300, 0.5)
    assert facts.tumour_fraction == 200 * 200 / (1100 * 300)
    assert facts.tumour_mm2 == pytest.approx(0.01)
    assert 0.99 < facts.low_scale_ceiling <= 1


def test_all_figures_are_made_again_from_the_file_alone(finished):
    file = finished[2]
    assert evaluation_figures(EvaluationFile.read(file.path)) == evaluation_figures(file)


def test_nothing_is_run_twice_and_a_run_in_pieces_ends_like_one_without_a_stop(finished, tmp_path):
    _, _, file, _, _ = finished
    pairs = write_slides(tmp_path)
    for stop in (1, 2):
        evaluate(tmp_path, pairs, stop_after=stop)
    again, done, _ = evaluate(tmp_path, pairs)
    assert len(done) == 8 - 3
    assert evaluate(tmp_path, pairs)[1] == []
    assert without_times(evaluation_figures(again)) == without_times(evaluation_figures(file))
    for name, slide in again.slides.items():
        for row, run in slide.runs.items():
            assert run.patches == file.slides[name].runs[row].patches


def test_what_comes_of_a_slide_does_not_depend_on_the_others(finished, tmp_path):
    file = finished[2]
    pairs = write_slides(tmp_path)
    other, _, _ = evaluate(tmp_path, pairs[::-1], ["low-only"])
    for name, slide in other.slides.items():
        assert slide.runs["low-only"].patches == file.slides[name].runs["low-only"].patches


def test_a_mask_of_another_size_is_brought_to_the_high_grid(finished, tmp_path):
    file = finished[2]
    pairs = write_slides(tmp_path, mask_factor=2)
    other, _, _ = evaluate(tmp_path, pairs, ["low-only"])
    for name, slide in other.slides.items():
        assert slide.runs["low-only"].measure == file.slides[name].runs["low-only"].measure
        assert slide.facts.truth_checksum == file.slides[name].facts.truth_checksum


def test_a_slide_that_was_changed_meanwhile_is_refused(tmp_path):
    pairs = write_slides(tmp_path)
    evaluate(tmp_path, pairs, ["low-only"])
    Image.new("RGB", (1100, 300)).save(tmp_path / "0.png")
    evaluate(tmp_path, pairs, ["low-only"])
    with pytest.raises(OutputError, match=r"holds results of another slide called 0\.png"):
        evaluate(tmp_path, pairs, ["low-only", "zoomiseg"])


def test_a_truth_that_was_changed_meanwhile_is_refused(tmp_path):
    pairs = write_slides(tmp_path)
    evaluate(tmp_path, pairs, ["low-only"])
    Image.fromarray(np.eye(300, 1100, dtype=np.uint8)).save(tmp_path / "0m.png")
    evaluate(tmp_path, pairs, ["low-only"])
    with pytest.raises(OutputError, match=r"results of 0\.png with another truth") as caught:
        evaluate(tmp_path, pairs, ["low-only", "zoomiseg"])
    assert caught.value.hint == "Bring back the mask as it was. Choose another folder with -o."


def test_another_size_of_a_pixel_is_refused(tmp_path):
    pairs = write_slides(tmp_path)
    evaluate(tmp_path, pairs, ["low-only"])
    with pytest.raises(OutputError, match=r"results of 0\.png at 0\.5 µm per pixel instead of 0\.25"):
        evaluate(tmp_path, [replace(each, mpp=0.25) for each in pairs], ["low-only", "zoomiseg"])


def test_a_record_without_the_truths_checksum_is_gone_on_with(tmp_path):
    pairs = write_slides(tmp_path)[:1]
    file = evaluate(tmp_path, pairs, ["low-only"])[0]
    values = json.loads(file.path.read_text())
    del values["slides"][0]["truth_checksum"]
    file.path.write_text(json.dumps(values))
    Image.fromarray(np.eye(300, 1100, dtype=np.uint8)).save(tmp_path / "0m.png")
    again, done, _ = evaluate(tmp_path, pairs, ["low-only", "zoomiseg"])
    assert [row for _, row, _ in done] == ["zoomiseg"]
    assert EvaluationFile.read(again.path).slides["0.png"].facts.truth_checksum is None


def test_what_is_wrong_at_an_edge_that_cuts_a_low_pixel_in_two_is_clicked(tmp_path):
    Image.fromarray(np.full((200, 202, 3), 160, np.uint8)).save(tmp_path / "0.png")
    mask = np.zeros((200, 202), np.uint8)
    mask[60:140, 200:] = 255
    Image.fromarray(mask).save(tmp_path / "0m.png")
    pairs = [Pair(tmp_path / "0.png", tmp_path / "0m.png", mpp=0.5)]
    file, _, _ = evaluate(tmp_path, pairs, ["low-only"], setting=Setting(ZoomRules(noc_max=1), Hands()))
    (patch,) = file.slides["0.png"].runs["low-only"].patches
    assert [(action.x, action.label) for action in patch.actions] == [(201.0, 1)]


def test_baselines_are_clicked_at_the_low_scale_by_the_same_robot(tmp_path):
    pairs = write_slides(tmp_path)[:1]
    file, _, _ = evaluate(tmp_path, pairs, ["grabcut"], setting=Setting(ZoomRules(noc_max=2), Hands()))
    (patch,) = file.slides["0.png"].runs["grabcut"].patches
    assert patch.scale == "low"
    assert patch.actions[0].label == 1


def test_a_slide_without_a_mask_is_refused_before_anything_is_run(tmp_path):
    pair = write_slides(tmp_path)[0]
    with pytest.raises(ManifestError, match=r"names no mask for 0\.png"):
        names_of([Pair(pair.slide, None)], tmp_path)
    with pytest.raises(ManifestError, match=r"names 0\.png twice"):
        names_of([pair, pair], tmp_path)


def test_slides_outside_the_manifests_folder_go_by_their_whole_path(tmp_path):
    pair = Pair(tmp_path / "slides" / "a.svs", tmp_path / "m.png")
    assert names_of([pair], tmp_path) == ["slides/a.svs"]
    assert names_of([pair], tmp_path / "elsewhere") == [(tmp_path / "slides" / "a.svs").as_posix()]
