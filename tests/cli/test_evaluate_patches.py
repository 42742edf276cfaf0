from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from zoomiseg.datasets import read_manifest
from zoomiseg.experiment import (
    PatchTest,
    PredictorMethod,
    collage_subjects,
    evaluate_patches,
    image_subjects,
    patch_figures,
)
from zoomiseg.predict import load_predictors

from .pairs import write_pairs

KEYS = {"noc80", "noc85", "noc90", "failures", "iou_at", "obeyed", "images"}


@pytest.fixture
def manifest(tmp_path):
    return write_pairs(tmp_path)


def evaluate(run, manifest, *more):
    return run("evaluate-patches", manifest, "--scale", "low", "--weights", "tiny", *more)


def test_json_has_the_keys_of_the_contract_and_the_experiments_figures(run, manifest):
    answer = evaluate(run, manifest, "--json")
    assert answer.code == 0
    values = answer.json
    assert values.keys() >= KEYS
    assert values["iou_at"].keys() == {"1", "3", "5", "10"}
    expected = figures_of(image_subjects(read_manifest(manifest), 2.0), PatchTest())
    assert {key: values[key] for key in expected} == expected
    assert values["images"] == 4


def figures_of(subjects, test, seed=0):
    method = PredictorMethod(load_predictors("tiny").low, 2.0)
    return patch_figures(list(evaluate_patches(subjects, method, test)), seed=seed)


def test_a_jittered_hand_and_collages_are_those_of_the_experiment(run, manifest):
    options = ("--clicker", "jittered", "--seed", "3", "--collage", "320", "--limit", "1")
    values = evaluate(run, manifest, "--json", *options).json
    subjects = collage_subjects(read_manifest(manifest), 2.0, 320, seed=3, most=1)
    expected = figures_of(subjects, PatchTest(clicker="jittered", seed=3), seed=3)
    assert {key: values[key] for key in expected} == expected
    assert (values["clicker"], values["seed"], values["collage"]) == ("jittered", 3, 320)


def test_far_is_twice_as_many_pixels_at_the_high_scale(run, manifest):
    options = ("--weights", "grabcut", "--mpp", "4", "--limit", "1", "--json")
    far = [run("evaluate-patches", manifest, "--scale", scale, *options).json for scale in ("low", "high")]
    assert [values["far_px"] for values in far] == [150, 300]


def test_baselines_stand_beside_the_network_on_the_same_images(run, manifest):
    options = ("--mpp", "4", "--limit", "1", "--baselines", "grabcut,random-walker")
    values = evaluate(run, manifest, "--json", *options).json
    assert values["baselines"].keys() == {"network", "grabcut", "random-walker"}
    assert values["baselines"]["network"]["iou_at"] == values["iou_at"]
    out = evaluate(run, manifest, *options).out
    assert "from the same clicks, on 1 of them" in out
    assert "random-walker" in out


def test_a_network_learns_from_an_image_where_that_is_wanted(run, manifest):
    def values(adapt):
        options = ("--weights", "compact", "--mpp", "4", "--limit", "1", "--json", "--adapt", adapt)
        return evaluate(run, manifest, *options).json

    off, both = values("off"), values("statistics+head")
    assert (off["adapt"], both["adapt"]) == ("off", "statistics+head")
    assert both["iou_at"] != off["iou_at"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--adapt", "glow"),
            "There is no adaptation 'glow'. Say off, or join with +: statistics, head, refine, memory,",
        ),
        (("--adapt", "memory", "-o", "kept.json"), "What is remembered of earlier images would be lost"),
        (("--adapt", "head", "--weights", "grabcut"), "The method grabcut cannot be adapted."),
        (("--adapt", "head"), "The network compact-unet16 cannot be adapted to a slide."),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_a_sentence(run, manifest, options, sentence):
    answer = evaluate(run, manifest, *options)
    assert answer.code == 1
    assert sentence in answer.said


def test_a_file_keeps_every_click(run, manifest, tmp_path):
    values = evaluate(run, manifest, "--json", "-o", tmp_path / "out.json").json
    kept = json.loads((tmp_path / "out.json").read_text())
    assert values["file"] == str(tmp_path / "out.json")
    assert kept["figures"] == {key: values[key] for key in kept["figures"]}
    assert [image["name"] for image in kept["images"]] == [f"{number}.png" for number in range(4)]
    assert all(len(image["clicks"]) == len(image["ious"]) for image in kept["images"])


def test_after_ctrl_c_the_same_command_goes_on_and_ends_as_if_it_had_not_been(
    run, manifest, tmp_path, monkeypatch
):
    from zoomiseg.cli import _evaluate_patches

    whole, path = evaluate(run, manifest, "--json").json, tmp_path / "out.json"
    with monkeypatch.context() as patch:
        patch.setattr(_evaluate_patches, "progress", InterruptedBar)
        answer = evaluate(run, manifest, "--json", "-o", path)
    assert answer.code == 130
    assert answer.json["error"]["code"] == "interrupted"
    assert f"2 of 4 images are kept in {path}; the same command goes on from there." in answer.said
    assert len(json.loads(path.read_text())["images"]) == 2
    again = evaluate(run, manifest, "--json", "-o", path).json
    assert {key: again[key] for key in whole} == whole


class InterruptedBar:
    """Presses Ctrl-C when half of the work is done."""

    def __init__(self, what):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def __call__(self, share):
        if share >= 0.5:
            signal.raise_signal(signal.SIGINT)


def test_results_of_other_settings_are_not_mixed(run, manifest, tmp_path):
    evaluate(run, manifest, "--limit", "1", "-o", tmp_path / "out.json")
    answer = evaluate(run, manifest, "--limit", "1", "-o", tmp_path / "out.json", "--seed", "2")
    assert answer.code == 1
    assert "out.json holds another evaluation, with seed 0 instead of 2." in answer.said


@pytest.mark.parametrize(
    ("options", "images"),
    [
        (("--split", "train"), 2),
        (("--kind", "a"), 2),
        (("--kind", "a, b", "--split", "val"), 2),
        (("--kind", "a", "--kind", "b", "--split", "val"), 2),
        (("--limit", "3"), 3),
        (("--limit", "99"), 4),
        (("--collage", "64"), 4),
    ],
)
def test_images_are_chosen_by_split_kind_and_limit(run, manifest, options, images):
    assert evaluate(run, manifest, "--json", *options).json["images"] == images


def test_no_image_left_is_told(run, manifest):
    answer = evaluate(run, manifest, "--split", "test")
    assert answer.code == 1
    assert "No row of" in answer.said
    assert "--split 'test'" in answer.said


def test_people_read_a_table(run, manifest):
    out = evaluate(run, manifest, "--limit", "1").out
    for words in ("1 image at 2 µm per pixel", "NoC@85", "(never)", "all foreground", "obeyed"):
        assert words in out


def test_a_baseline_stands_in_for_weights(run, manifest):
    answer = run(
        "evaluate-patches", manifest, "--scale", "low", "--weights", "grabcut", "--limit", "1", "--json"
    )
    assert (answer.code, answer.json["weights"]) == (0, "grabcut")


def test_another_scale_is_wrong_usage(run, manifest):
    answer = run("evaluate-patches", manifest, "--scale", "medium")
    assert answer.code == 2
    assert "'medium' is not one of 'low', 'high'" in answer.said


def test_the_page_on_evaluation_explains_every_option_and_figure(run, manifest, tmp_path):
    from typer.main import get_command

    from zoomiseg.cli import app

    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    verb = get_command(app).commands["evaluate-patches"]
    options = [name for parameter in verb.params for name in parameter.opts if name.startswith("-")]
    values = evaluate(run, manifest, "--limit", "1", "--mpp", "8", "-o", tmp_path / "out.json", "--json").json
    kept = json.loads((tmp_path / "out.json").read_text())
    for name in (*options, *values, *kept, *kept["images"][0]):
        assert re.search(rf"`{name}\b|\b{name}`|{name}\"", page), name
