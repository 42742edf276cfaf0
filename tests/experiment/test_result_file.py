"""Results on disk: taken up again exactly, and never mixed with another evaluation's."""

from __future__ import annotations

import json

import pytest

from zoomiseg.errors import OutputError
from zoomiseg.experiment import Curve, Flips, PatchResult, ResultFile

SETTINGS = {"weights": "tiny", "seed": 1, "mpp": 2.0, "collage": None}
NAMES = ["a.png", "b.png", "c.png"]
CURVE = Curve(
    ious=(1 / 3, 0.86),
    points=((3, 4, 1), (5, 6, -1)),
    obeyed=(1.0, 0.5),
    obeyed_newest=(True, False),
    flips=(Flips(9, 1, 2),),
)
RESULTS = [PatchResult("a.png", 0.001), PatchResult("b.png", 0.3, CURVE, 0.1, {"grabcut": (0.2, 1 / 7)})]


@pytest.fixture
def path(tmp_path):
    with ResultFile(tmp_path / "out.json", SETTINGS, NAMES) as file:
        for result in RESULTS:
            file.add(result)
    return tmp_path / "out.json"


def test_what_was_kept_is_taken_up_exactly(path):
    assert ResultFile(path, SETTINGS, NAMES).results == RESULTS


def test_an_interruption_loses_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), ResultFile(tmp_path / "out.json", SETTINGS, NAMES) as file:
        file.add(RESULTS[0])
        raise KeyboardInterrupt
    assert ResultFile(tmp_path / "out.json", SETTINGS, NAMES).results == RESULTS[:1]


def test_a_script_reads_clicks_and_the_number_to_each_quality(path):
    with ResultFile(path, SETTINGS, NAMES) as file:
        file.finish({"noc85": 2.0})
    values = json.loads(path.read_text())
    assert values["settings"] == SETTINGS
    assert values["figures"] == {"noc85": 2.0}
    apart, measured = values["images"]
    assert apart == {"name": "a.png", "foreground": 0.001}
    assert measured["clicks"] == [[3, 4, 1], [5, 6, -1]]
    assert measured["clicks_to"] == {"80": 2, "85": 2, "90": None}


def test_other_settings_are_refused_and_named(path):
    with pytest.raises(OutputError) as caught:
        ResultFile(path, SETTINGS | {"seed": 2}, NAMES)
    assert str(caught.value) == (
        f"{path} holds another evaluation, with seed 1 instead of 2. Choose another file with -o."
    )


def test_other_images_are_refused(path):
    with pytest.raises(OutputError, match=r"out\.json holds results of other images\."):
        ResultFile(path, SETTINGS, ["a.png", "c.png"])


@pytest.mark.parametrize("text", ["slide,mask\n", "[]", '{"format": 2, "settings": {}, "images": []}', "{}"])
def test_a_file_of_another_kind_is_left_alone(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(OutputError, match="is there already and holds no results of evaluate-patches"):
        ResultFile(path, SETTINGS, NAMES)
    assert path.read_text() == text


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path):
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        ResultFile(tmp_path / "none" / "out.json", SETTINGS, NAMES)
