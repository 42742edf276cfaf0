from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture
def shelf(weights_home, tmp_path, monkeypatch):
    """A folder of weights of this test's own, with a copy of `tiny`."""
    shutil.copytree(weights_home / "weights" / "tiny", tmp_path / "shelf" / "mine")
    monkeypatch.setenv("ZOOMISEG_WEIGHTS", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def entry(answer, name):
    (found,) = (each for each in answer.json["weights"] if each["name"] == name)
    return found


@pytest.mark.parametrize("verb", [("list",), ("show", "mine"), ("verify", "mine"), ("verify",)])
def test_json_has_the_keys_of_the_contract(run, shelf, verb):
    answer = run("weights", *verb, "--json")
    assert answer.code == 0
    scales = entry(answer, "mine")["scales"]
    assert scales.keys() == {"low", "high"}
    for scale, mpp in (("low", 2.0), ("high", 0.5)):
        card = json.loads((shelf / "mine" / f"{scale}.json").read_text())
        assert scales[scale]["mpp"] == mpp
        assert scales[scale]["sha256"] == card["sha256"]
        assert scales[scale]["licence"] == "CC0-1.0"
        assert scales[scale]["figures"] == {"glas": {"noc85": 2.5, "failures": {"80": 1, "85": 3}}}


def test_people_read_names_scales_and_cards(run, shelf):
    assert "mine: low at 2 µm, high at 0.5 µm\n" in run("weights", "list").out
    shown = run("weights", "show", "mine").out
    for words in (
        "low scale (2 µm per pixel)",
        "compact-unet16",
        "Random numbers.",
        "CC0-1.0",
        "glas: noc85 2.5, failures (80 1, 85 3)",
    ):
        assert words in shown
    assert run("weights", "verify", "mine").out == "mine: whole (low, high)\n"


def test_a_folder_can_be_shown_and_verified_by_its_path(run, shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    assert run("weights", "show", "./mine").code == 0
    assert run("weights", "verify", shelf / "mine").code == 0


@pytest.mark.parametrize("verb", ["show", "verify"])
def test_an_unknown_name_is_told_with_the_known_ones(run, shelf, verb):
    answer = run("weights", verb, "huge", "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "weights"
    assert answer.json["error"]["message"] == "There are no weights called huge."
    assert "mine" in answer.json["error"]["hint"]


def test_verify_finds_a_flipped_byte(run, shelf):
    path = shelf / "mine" / "high.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    answer = run("weights", "verify", "--json")
    assert answer.code == 1
    assert f"The weights {path} are damaged" in answer.said


def test_one_damaged_card_does_not_hide_the_other_weights(run, shelf):
    shutil.copytree(shelf / "mine", shelf / "broken")
    (shelf / "broken" / "low.json").write_text("{")
    answer = run("weights", "list", "--json")
    assert answer.code == 0
    assert "Warning: " in answer.said
    assert str(shelf / "broken" / "low.json") in answer.said
    names = [each["name"] for each in answer.json["weights"]]
    assert "mine" in names
    assert "broken" not in names


def test_where_none_are_installed_it_says_so(run, monkeypatch):
    monkeypatch.setattr("zoomiseg.networks.list_weights", dict)
    assert run("weights", "list").out.startswith("No weights are installed.")
    assert run("weights", "list", "--json").json == {"weights": []}
    assert run("weights", "verify").out.startswith("No weights are installed.")
