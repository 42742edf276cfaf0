"""`zoomiseg import` as a user and a script meet it."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .program import leftovers, mask_pixels, tissue


def outline(path: Path, *, class_: str = "Tumor") -> Path:
    ring = [[100, 100], [500, 100], [500, 400], [100, 400], [100, 100]]
    properties = {"objectType": "annotation", "classification": {"name": class_, "color": [200, 0, 0]}}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps({"type": "Feature", "geometry": geometry, "properties": properties}))
    return path


@pytest.fixture
def folder(slide: Path, tmp_path: Path) -> Path:
    """One outlined slide, one whose outlines are of an unknown class, one GeoJSON without a slide."""
    (tmp_path / "in").mkdir()
    for name in ("one", "two"):
        shutil.copy(slide, tmp_path / "in" / f"{name}.tif")
    outline(tmp_path / "in" / "one.geojson")
    outline(tmp_path / "in" / "two.geojson", class_="Fat")
    outline(tmp_path / "in" / "three.geojson")
    return tmp_path / "in"


def test_json_has_the_keys_of_the_contract(run, folder, tmp_path):
    answer = run("import", folder, "-o", tmp_path / "out", "--json")
    assert answer.code == 0
    assert answer.json == {
        "manifest": str(tmp_path / "out" / "pairs.csv"),
        "slides": 1,
        "skipped": [
            {
                "slide": str(folder / "three.geojson"),
                "reason": "The GeoJSON three.geojson has the name of no slide.",
            },
            {
                "slide": str(folder / "two.tif"),
                "reason": "two.geojson has no area of a class known as tumour; it has 'Fat'. "
                "Name the classes of the target with --class.",
            },
        ],
        "warnings": [],
        "formats": {"qupath": 1},
    }
    assert leftovers(tmp_path) == []
    # 601 x 481 at 0.25 µm; the box from 100 to 500 and 400 is 50 to 250 and 200 on the high grid.
    expected = np.zeros((241, 301), np.uint8)
    expected[50:200, 50:250] = 255
    assert np.array_equal(mask_pixels(tmp_path / "out" / "masks" / "one.tif"), expected)


def test_people_read_what_was_made_and_what_was_left_out(run, folder, tmp_path):
    answer = run("import", folder, "-o", tmp_path / "out")
    assert answer.out == f"{tmp_path / 'out' / 'pairs.csv'}: 1 slide (2 left out); 1 qupath\n"
    assert f"Warning: Left out: {folder / 'two.tif'}: two.geojson has no area" in answer.said


def test_a_class_by_name_and_a_format_by_name_are_taken(run, folder, tmp_path):
    answer = run(
        "import", folder, "-o", tmp_path / "out", "--class", "Fat,Tumor", "--format", "qupath", "--json"
    )
    assert answer.json["slides"] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["gone", "-o", "out"], "There is no folder "),
        (
            [".", "-o", "out"],
            "No annotated slide was found in .. Looked for: sessions of ZoomISEG (session), ",
        ),
        ([".", "-o", "out", "--format", "halo"], "There is no format 'halo'. Known are: session, paip2019, "),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments, told, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run("import", *arguments, "--json")
    assert answer.code == 1
    assert told in answer.said
    assert answer.json["error"]["code"] == "manifest"


def test_a_finished_session_is_its_mask_and_its_own_results_are_no_second_annotation(
    run, copy, slide, tmp_path
):
    done = run("import", copy, "-o", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    assert done.json["formats"] == {"session": 1}
    assert done.json["skipped"] == []
    mask = mask_pixels(tmp_path / "out" / "masks" / "case.tif")
    assert 0 < np.count_nonzero(mask) < mask.size
    assert np.array_equal(mask, mask_pixels(copy / "case-mask.ome.tif"))
    before = (tmp_path / "out" / "masks" / "case.tif").stat().st_ino
    assert run("import", copy, "-o", tmp_path / "out", "--json").json == done.json
    assert (tmp_path / "out" / "masks" / "case.tif").stat().st_ino == before


def test_the_class_of_a_session_is_named_in_any_case(run, copy, tmp_path):
    done = run("import", copy, "-o", tmp_path / "out", "--class", "Tum*", "--json")
    assert done.code == 0, done.err
    assert done.json["slides"] == 1


def test_two_sessions_of_a_slide_are_told_with_their_places(run, copy, tmp_path):
    shutil.copytree(copy / "case.zoomiseg", copy / "again.zoomiseg")
    answer = run("import", copy, "-o", tmp_path / "out")
    assert answer.code == 1
    both = f"{copy / 'again.zoomiseg'} and {copy / 'case.zoomiseg'}"
    assert f"It has two annotations, in {both}; move one of them out of the folder." in answer.said


def test_a_session_whose_slide_is_not_found_is_told(run, copy, tmp_path):
    (copy / "case.zoomiseg" / "origin.json").unlink()
    for name in ("case.geojson", "case-mask.ome.tif"):
        (copy / name).unlink()
    answer = run("import", copy, "-o", tmp_path / "out")
    assert answer.code == 1
    assert "The slide of case.zoomiseg is no longer beside it." in answer.said


def test_a_damaged_session_is_brought_back_and_told(run, copy, tmp_path):
    whole = run("import", copy, "-o", tmp_path / "whole", "--json").json
    (copy / "case.zoomiseg" / "events.sqlite").write_bytes(b"nothing of use")
    values = run("import", copy, "-o", tmp_path / "out", "--json").json
    assert (values["slides"], whole["warnings"]) == (1, [])
    assert "all 4 operations that are known of were brought back" in values["warnings"][0]


def test_the_manifest_is_taken_by_prepare_and_evaluate_patches(run, tmp_path):
    for number in range(3):
        place = tmp_path / "in" / "images"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(tissue(160 + number, 120)).save(place / f"{number}.png")
        values = np.zeros((120, 160 + number), np.uint8)
        values[20:90, 30:110] = 1
        (tmp_path / "in" / "masks").mkdir(exist_ok=True)
        Image.fromarray(values).save(tmp_path / "in" / "masks" / f"{number}.png")
    manifest = run("import", tmp_path / "in", "-o", tmp_path / "out", "--mpp", "2", "--json").json["manifest"]
    prepared = run("prepare", manifest, "-o", tmp_path / "patches", "--json")
    assert (prepared.json["slides"], prepared.json["pieces_low"]) == (3, 3)
    clicked = run(
        "evaluate-patches", manifest, "--scale", "low", "--weights", "tiny", "--limit", "2", "--json"
    )
    assert clicked.json["images"] == 2


def test_interrupted_it_says_how_far_it_is_and_goes_on(start, run, slide, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(60):
        shutil.copy(slide, tmp_path / "in" / f"{number:02d}.tif")
        outline(tmp_path / "in" / f"{number:02d}.geojson")
    process = start("import", tmp_path / "in", "-o", tmp_path / "out")
    while not list((tmp_path / "out" / "masks").glob("0*.tif")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Finished so far: " in err
    assert not (tmp_path / "out" / "pairs.csv").exists()
    assert leftovers(tmp_path / "out") == []
    assert run("import", tmp_path / "in", "-o", tmp_path / "out", "--json").json["slides"] == 60
