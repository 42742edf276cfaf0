"""`zoomiseg train finetune`: better weights are kept, worse ones never."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from zoomiseg.networks import load_network, save_network, verify_weights

from .pairs import write_pairs

RECIPE = """
network = "start"
pretrained = false
keep_better = true
validate_every = 0
batch = 1
size = 64
click_rounds = 0
composites = 0.0
ema = 0.0
warmup = 1
schedule = "constant"
validation = [{ limit = 2 }]
learning_rate = RATE
[low]
steps = STEPS
mpp = [1.0, 1.0]
[high]
steps = STEPS
mpp = [0.5, 0.5]
"""


def write_small(folder: Path) -> None:
    """Two images of 160 x 120 pixels at 0.5 µm, mostly target, one for training and one for validation."""
    manifest = write_pairs(folder, 2)
    mask = np.zeros((120, 160), np.uint8)
    mask[10:110, 10:150] = 255
    for number in range(2):
        Image.fromarray(mask).save(folder / f"{number}-mask.png")
    manifest.write_text(manifest.read_text().replace(",2.0,", ",0.5,"))


@pytest.fixture
def finetune(run, tmp_path):
    write_small(tmp_path)

    def finetune_it(*more, rate, steps, start="tiny", keys=""):
        path = tmp_path / "quick.toml"
        path.write_text(keys + RECIPE.replace("RATE", f"{rate}").replace("STEPS", f"{steps}"))
        return run("train", path, "--data", tmp_path, "-o", tmp_path / "mine", "--from", start, *more)

    return finetune_it


@pytest.fixture
def blind(weights_home, tmp_path):
    """The weights `tiny`, of which nothing is ever tumour: there is no worse."""
    folder = tmp_path / "blind"
    shutil.copytree(weights_home / "weights" / "tiny", folder)
    for scale in ("low", "high"):
        network, card = load_network(folder, scale)
        (head,) = (part for part in network.modules() if getattr(part, "out_channels", 0) == 1)
        with torch.no_grad():
            head.weight.zero_()
            head.bias.fill_(-0.05)
        save_network(folder, scale, network, card)
    return folder


def score(figures: dict[str, Any]) -> tuple[float, float]:
    """Smaller is better."""
    return figures["noc85"], -figures["iou_at"]["5"]


def tensors(folder: Path) -> dict[str, bytes]:
    return {scale: (folder / f"{scale}.safetensors").read_bytes() for scale in ("low", "high")}


def test_worse_weights_never_take_the_place_of_better_ones(finetune, weights_home, tmp_path):
    answer = finetune("--json", rate=50.0, steps=1)
    assert answer.code == 0, answer.err
    values = answer.json
    assert values.keys() == {"weights", "card", "best"}
    assert values["weights"] == str(tmp_path / "mine")
    assert values["card"] == {scale: str(tmp_path / "mine" / f"{scale}.json") for scale in ("low", "high")}
    assert tensors(tmp_path / "mine") == tensors(weights_home / "weights" / "tiny")
    cards = verify_weights(str(tmp_path / "mine"), allow_path=True)
    for scale, best in values["best"].items():
        assert (best["kept"], best["step"], best["sha256"]) == ("old", 0, cards[scale].sha256)
        assert best["checked"] == {"by": "cross-validation", "slides": 2, "helped": False}
        assert best["reason"] == "On held-out images the new weights are no better than the old ones."
        assert score(best["before"]) < score(best["after"])
        assert f"{scale}: The old weights stay: {best['before']['noc85']:.2f} clicks to 0.85" in answer.said
    assert cards["low"].name == "mine"


def test_better_weights_are_kept_with_the_figures_of_both(finetune, blind, tmp_path):
    answer = finetune("--json", rate=0.005, steps=16, start=str(blind))
    assert answer.code == 0, answer.err
    for scale, best in answer.json["best"].items():
        assert (best["kept"], best["step"], best["checked"]["helped"]) == ("new", 16, True), answer.err
        assert score(best["after"]) < score(best["before"])
        assert best["before"]["iou_at"]["5"] == 0
        card = json.loads((tmp_path / "mine" / f"{scale}.json").read_text())
        assert card["figures"] == {"held out": best["after"], "held out before": best["before"]}
        assert card["data"] == "Fine-tuned on data of its user; before, as tiny: Random numbers."
        assert (card["recipe"], card["sha256"]) == ("quick", best["sha256"])
    assert tensors(tmp_path / "mine").keys() == {"low", "high"}
    assert tensors(tmp_path / "mine") != tensors(blind)


def test_the_robot_clicks_with_what_was_learnt_drawn_back_to_the_old_weights(finetune):
    answer = finetune("--json", rate=50.0, steps=1, keys="blend = 1e-9\n")
    for best in answer.json["best"].values():
        before, after = best["before"], best["after"]
        assert (after["noc80"], after["noc85"]) == (before["noc80"], before["noc85"])
        # Equal weights in another memory layout may flip a pixel.
        assert after["iou_at"] == pytest.approx(before["iou_at"], abs=0.01)
        assert best["kept"] == "old"


def test_it_tells_what_it_does_and_goes_on_with_resume(finetune, tmp_path):
    first = finetune(rate=50.0, steps=1)
    assert first.out.splitlines() == [
        f"{tmp_path / 'mine'}: {scale}, the old weights" for scale in ("low", "high")
    ]
    assert "low: Clicking what is held out with the old weights (1 of 2); images: 1." in first.said
    assert "low: Taking 1 steps of learning; images and parts of slides: 1." in first.said
    loss = (tmp_path / "mine" / "training" / "low" / "fold-1" / "loss.csv").read_text()
    again = finetune("--resume", rate=50.0, steps=1)
    assert again.out == first.out
    assert (tmp_path / "mine" / "training" / "low" / "fold-1" / "loss.csv").read_text() == loss


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([], "The recipe finetune begins with trained weights. Name them: --from compact."),
        (["--from", "nothing"], "There are no weights called nothing."),
        (["--from", "tiny", "--devices", "2"], "Fine-tuning takes one device. Leave out --devices."),
    ],
)
def test_what_is_wrong_is_one_sentence(more, told, run, tmp_path):
    write_pairs(tmp_path)
    answer = run("train", "finetune", "--data", tmp_path, "-o", tmp_path / "mine", *more)
    assert answer.code == 1
    assert told in answer.said


def test_a_recipe_that_names_its_network_wants_weights_to_begin_with_all_the_same(run, tmp_path):
    write_pairs(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text('scale = "low"\nnetwork = "compact"\nkeep_better = true\nsteps = 1\nmpp = [1.4, 2.4]\n')
    answer = run("train", path, "--data", tmp_path, "-o", tmp_path / "mine")
    assert answer.code == 1
    assert "The recipe mine begins with trained weights. Name them: --from compact." in answer.said


def test_data_without_splits_are_refused_with_what_fills_them(finetune, tmp_path):
    manifest = tmp_path / "pairs.csv"
    manifest.write_text(manifest.read_text().replace(",train,", ",,").replace(",val,", ",,"))
    answer = finetune(rate=1.0, steps=1)
    assert answer.code == 1
    assert "Run `zoomiseg prepare` on the manifest" in answer.said


def test_what_was_trained_is_not_trained_over(finetune, tmp_path):
    there = tmp_path / "mine" / "training" / "high" / "fold-1" / "checkpoint.pt"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"")
    answer = finetune(rate=1.0, steps=1)
    assert answer.code == 1
    assert "holds a training of the high scale that is not finished. Go on with --resume" in answer.said
    (tmp_path / "mine" / "low.json").write_text("{}")
    assert "holds weights of the low scale already. Go on with" in finetune(rate=1.0, steps=1).said
    assert there.read_bytes() == b""


def test_the_weights_to_begin_with_are_never_written_over(run, blind, tmp_path):
    write_pairs(tmp_path)
    answer = run("train", "finetune", "--data", tmp_path, "-o", blind, "--from", blind)
    assert answer.code == 1
    assert "holds the weights to begin with." in answer.said


def test_a_single_image_leaves_the_old_weights_and_says_why(finetune, weights_home, tmp_path):
    lines = (tmp_path / "pairs.csv").read_text().splitlines()
    (tmp_path / "pairs.csv").write_text("\n".join(lines[:2]) + "\n")
    answer = finetune("--json", rate=0.1, steps=1)
    assert answer.code == 0, answer.err
    assert answer.json["best"]["low"]["checked"] is None
    assert "low: The old weights stay. There are no two images of this scale" in answer.said
    assert tensors(tmp_path / "mine") == tensors(weights_home / "weights" / "tiny")
