from __future__ import annotations

import pytest

from zoomiseg.datasets import read_manifest
from zoomiseg.experiment import evaluate_patches, predictor_method
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
    method = predictor_method(load_predictors("tiny").low, 2.0)
    expected = evaluate_patches(read_manifest(manifest), method, mpp=2.0).figures()
    assert {key: values[key] for key in expected} == expected
    assert values["images"] == 4


@pytest.mark.parametrize(
    ("options", "images"),
    [
        (("--split", "train"), 2),
        (("--kind", "a"), 2),
        (("--kind", "a, b", "--split", "val"), 2),
        (("--limit", "3"), 3),
        (("--limit", "99"), 4),
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
    for words in ("1 image at 2 µm per pixel", "NoC@85", "never reach it", "all foreground"):
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
