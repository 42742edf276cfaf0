from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from zoomiseg.slide import sample_path

from .program import tissue

KEYS = {"width", "height", "mpp", "objective", "vendor", "levels", "tissue_fraction", "warnings"}


@pytest.fixture
def unscaled(tmp_path):
    """An image that does not say its microns per pixel."""
    path = tmp_path / "photo.png"
    Image.fromarray(tissue(300, 200)).save(path)
    return path


def test_json_has_the_keys_of_the_contract_and_the_slides_true_values(run):
    answer = run("info", sample_path("cmu-1"), "--json")
    assert answer.code == 0
    assert answer.err == ""
    values = answer.json
    assert values.keys() >= KEYS
    assert (values["width"], values["height"]) == (2220, 2967)
    assert values["mpp"] == pytest.approx(0.499)
    assert values["objective"] == 20
    assert values["vendor"] == "aperio"
    assert values["levels"] == [{"width": 2220, "height": 2967}]
    assert values["scales"]["low"] == {"width": 555, "height": 742, "mpp": pytest.approx([1.996, 1.996])}
    assert 0.3 < values["tissue_fraction"] < 0.5
    assert values["warnings"] == []


def test_the_slides_path_in_json_is_absolute(run, monkeypatch):
    path = sample_path("cmu-1")
    monkeypatch.chdir(path.parent)
    assert run("info", path.name, "--json").json["slide"] == str(path)


def test_people_read_the_same_in_words(run):
    out = run("info", sample_path("cmu-1")).out
    assert out.startswith("cmu-1-small-region.svs: 2220 x 2967 pixels, 1.11 x 1.48 mm\n")
    for words in ("0.499 x 0.499", "20x", "aperio", "555 x 742 at 1.996 µm per pixel"):
        assert words in out


def test_without_a_scale_it_asks_for_mpp_and_takes_it(run, unscaled):
    answer = run("info", unscaled)
    assert answer.code == 1
    assert answer.said == ("photo.png does not say its microns per pixel. Add it, for example --mpp 0.25.")
    cured = run("info", unscaled, "--mpp", "0.25", "--json")
    assert (cured.code, cured.json["mpp"], cured.json["objective"]) == (0, 0.25, None)


def test_a_slide_coarser_than_a_scale_is_described_with_a_warning(run, unscaled):
    answer = run("info", unscaled, "--mpp", "1.1", "--json")
    assert answer.code == 0
    (warning,) = answer.json["warnings"]
    assert "coarser than the high scale" in warning
    assert warning in run("info", unscaled, "--mpp", "1.1").out


def test_an_mpp_that_no_slide_has_is_refused(run, unscaled):
    answer = run("info", unscaled, "--mpp", "99")
    assert answer.code == 1
    assert "99 µm per pixel is no scale of a slide" in answer.said


@pytest.mark.skipif(
    "ZOOMISEG_TEST_SLIDES" not in os.environ,
    reason="$ZOOMISEG_TEST_SLIDES names no folder with slides that may not be redistributed",
)
def test_a_scanners_slide_without_scale_and_objective_asks_for_mpp(run):
    path = Path(os.environ["ZOOMISEG_TEST_SLIDES"]) / "tcga-cr-7395-01a-01-ts1.svs"
    answer = run("info", path)
    assert answer.code == 1
    assert answer.said.endswith("does not say its microns per pixel. Add it, for example --mpp 0.25.")
    assert run("info", path, "--mpp", "0.25", "--json").json["tissue_fraction"] > 0.1
