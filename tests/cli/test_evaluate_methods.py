"""Rows of other methods: the RITM-style network, Segment Anything, and a method of one's own."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from PIL import Image

from zoomiseg.networks import SkipOptions, build_network, save_network

from .conftest import CARD
from .pairs import write_pairs
from .program import tissue

OWN = """
import numpy as np
from zoomiseg.experiment import Baseline

class LeftHalf:
    def predict(self, image, clicks, previous):
        answer = np.zeros(image.shape[:2], np.float32)
        answer[:, : image.shape[1] // 2] = 1
        return answer

BASELINE = Baseline(name="left-half", load=LeftHalf)
"""


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """A slide of 600 x 260 pixels at 0.5 µm whose left half is tumour."""
    folder = tmp_path_factory.mktemp("slides")
    Image.fromarray(tissue(600, 260)).save(folder / "0.png")
    mask = np.zeros((260, 600), np.uint8)
    mask[:, :300] = 255
    Image.fromarray(mask).save(folder / "0m.png")
    (folder / "slides.csv").write_text("slide,mask,mpp\n0.png,0m.png,0.5\n")
    return folder / "slides.csv"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "mine.py"
    path.write_text(OWN)
    return path


@pytest.fixture(scope="module")
def ritm(tmp_path_factory):
    """Weights of an untrained RITM-style network, of the low scale alone."""
    torch.manual_seed(1)
    network = build_network("ritm-style", shallow_skip="fused", drop_second_skip=False)
    folder = tmp_path_factory.mktemp("ritm") / "ritm"
    options = SkipOptions("fused", drop_second_skip=False)
    save_network(folder, "low", network, replace(CARD, name="ritm", network="ritm-style", options=options))
    return folder


def evaluate(run, manifest, output, rows, *more):
    return run("evaluate", manifest, "-o", output, "--rows", rows, "--noc-max", "2", *more)


def test_rows_of_other_methods_keep_every_click(run, manifest, tmp_path, own, ritm):
    options = ("--method", own, "--ritm-weights", ritm, "--json")
    answer = evaluate(run, manifest, tmp_path, "left-half,ritm-style", *options)
    assert answer.code == 0
    by_name = {row["name"]: row for row in answer.json["rows"]}
    assert list(by_name) == ["ritm-style", "left-half"]
    assert by_name["left-half"]["miou"] == pytest.approx(1.0, abs=0.01)
    assert (by_name["left-half"]["tnoc"], by_name["ritm-style"]["tnoc"]) == (1, 2)
    file = json.loads((tmp_path / "evaluation.json").read_text())
    (slide,) = file["slides"]
    for name, count in (("left-half", 1), ("ritm-style", 2)):
        (patch,) = slide["runs"][name]["patches"]
        assert (patch["scale"], len(patch["actions"])) == ("low", count)
    # What answered is written down, so that nothing is added by something else.
    own.write_text(OWN + "\n# changed\n")
    answer = evaluate(run, manifest, tmp_path, "left-half", "--method", own)
    assert answer.code == 1
    assert "holds a row left-half of other networks" in answer.said
    own.write_text(OWN)


@pytest.mark.parametrize(
    ("rows", "options", "told"),
    [
        ("ritm-style", (), "Give their folder with --ritm-weights."),
        ("ritm-style", ("--ritm-weights", "tiny"), "of the network compact-unet16, not of ritm-style"),
        ("sam", (), "Give its file with --sam-checkpoint."),
        ("sam", ("--sam-checkpoint", "/nowhere/sam.pth"), "/nowhere/sam.pth cannot be read: No such file"),
        ("grabcut", ("--method", "/nowhere/mine.py"), "/nowhere/mine.py is no file"),
    ],
)
def test_what_a_row_needs_is_told_in_one_sentence(run, manifest, tmp_path, rows, options, told):
    if "--sam-checkpoint" in options and not find_spec("segment_anything"):
        pytest.skip("segment-anything is an extra")
    answer = evaluate(run, manifest, tmp_path, rows, *options)
    assert answer.code == 1
    assert told in answer.said


def test_an_unknown_row_is_answered_with_all_there_are(run, manifest, tmp_path, own):
    answer = evaluate(run, manifest, tmp_path, "sum", "--method", own)
    assert answer.code == 2
    assert "ritm-style, grabcut, random-walker, sam, left-half" in answer.said.replace("\n", " ")


def test_a_method_of_ones_own_clicks_images_and_stands_beside_others(run, tmp_path, own):
    pairs = write_pairs(tmp_path)
    options = ("--scale", "low", "--mpp", "4", "--limit", "1", "--method", own, "--json")
    values = run("evaluate-patches", pairs, "--weights", "left-half", *options).json
    assert values["weights"] == "left-half"
    held = run("evaluate-patches", pairs, "--weights", "grabcut", "--baselines", "left-half", *options).json
    assert held["baselines"].keys() == {"network", "left-half"}
    assert held["baselines"]["left-half"]["iou_at"]["1"] == values["iou_at"]["1"]


def test_an_unknown_baseline_is_answered_with_all_there_are(run, tmp_path):
    answer = run("evaluate-patches", write_pairs(tmp_path), "--scale", "low", "--baselines", "sum")
    assert answer.code == 2
    assert "No method is called 'sum'; there is grabcut, random-walker, sam." in answer.said
