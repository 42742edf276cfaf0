from __future__ import annotations

import json
import shutil
from typing import get_args

import numpy as np
import pytest
import tifffile
from PIL import Image

from zoomiseg.cli._export import Form
from zoomiseg.export import WRITERS, read_geojson
from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide, write_pyramid

from .program import clicks_file, leftovers, mask_pixels, tissue


def test_the_choices_of_to_are_the_forms_that_can_be_written():
    assert set(get_args(Form)) == set(WRITERS)


def test_a_session_as_geojson_is_what_segment_wrote(run, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run(
        "export", finished / "result" / "case.zoomiseg", "--to", "geojson", "-o", "a.geojson", "--json"
    )
    assert answer.code == 0
    assert answer.err == ""
    values = answer.json
    assert values.keys() == {"path", "polygons", "area_mm2"}
    assert values["path"] == str(tmp_path / "a.geojson")
    assert (tmp_path / "a.geojson").read_bytes() == (finished / "result" / "case.geojson").read_bytes()
    assert values["polygons"] == len(read_geojson("a.geojson")) > 1
    pixels = mask_pixels(finished / "result" / "case-mask.ome.tif") > 0
    assert values["area_mm2"] == pytest.approx(pixels.sum() * 0.25 / 1e6, abs=1e-6)


def test_a_session_as_tiff_is_what_segment_wrote(run, finished, tmp_path):
    answer = run("export", finished / "result" / "case.zoomiseg", "-o", tmp_path / "a.tif", "--json")
    assert answer.json["polygons"] is None
    np.testing.assert_array_equal(
        mask_pixels(tmp_path / "a.tif"), mask_pixels(finished / "result" / "case-mask.ome.tif")
    )


def test_geojson_goes_to_tiff_and_back_without_a_change(run, finished, slide, tmp_path):
    start = finished / "result" / "case.geojson"
    assert run("export", start, "--to", "tiff", "-o", tmp_path / "b.tif").code == 0
    np.testing.assert_array_equal(
        mask_pixels(tmp_path / "b.tif"), mask_pixels(finished / "result" / "case-mask.ome.tif")
    )
    back = run("export", tmp_path / "b.tif", "-o", tmp_path / "c.geojson", "--slide", slide)
    assert (back.code, back.err) == (0, "")
    before, after = (
        [part.geometry.wkt for part in read_geojson(path)] for path in (start, tmp_path / "c.geojson")
    )
    assert after == before


def test_people_read_where_how_many_and_how_large(run, finished, tmp_path):
    out = run("export", finished / "result" / "case.zoomiseg", "-o", tmp_path / "a.geojson").out
    regions = len(read_geojson(tmp_path / "a.geojson"))
    assert out.startswith(f"{tmp_path / 'a.geojson'}: {regions} regions, ")
    assert out.endswith(" mm²\n")


def moved(finished, slide, folder):
    """Session and slide side by side at another place, the slide gone from where it was."""
    session = shutil.copytree(finished / "result" / "case.zoomiseg", folder / "case.zoomiseg")
    note = json.loads((session / "origin.json").read_text())
    (session / "origin.json").write_text(json.dumps(note | {"slide": "/gone/case.tif"}))
    return session


def test_a_slide_that_moved_with_its_session_is_found(run, finished, slide, tmp_path):
    session = moved(finished, slide, tmp_path)
    shutil.copy(slide, tmp_path / "case.tif")
    # Results of the same name are no slides.
    (tmp_path / "case.geojson").write_text("{}")
    assert run("export", session, "-o", tmp_path / "a.geojson").code == 0


def test_a_slide_that_is_not_found_is_asked_for(run, finished, slide, tmp_path):
    session = moved(finished, slide, tmp_path)
    answer = run("export", session, "-o", tmp_path / "a.geojson")
    assert answer.code == 1
    assert answer.said == (
        "The slide of case.zoomiseg is no longer at /gone/case.tif. Say where it is, with --slide PATH."
    )
    assert run("export", session, "-o", tmp_path / "a.geojson", "--slide", slide).code == 0


def test_a_session_of_the_python_interface_finds_its_slide_beside_it(run, slide, tmp_path):
    shutil.copy(slide, tmp_path / "case.tif")
    folder = tmp_path / "mine.zoomiseg"
    with (
        open_slide(tmp_path / "case.tif") as opened,
        Session(opened, folder=folder, predictors=load_predictors("tiny")) as session,
    ):
        session.click(x=200, y=150, label=1)
        session.click(x=210, y=170, label=1, scale="high", class_="necrosis")
    assert run("export", folder, "-o", tmp_path / "a.geojson").code == 0
    answer = run("export", folder, "-o", tmp_path / "b.geojson", "--class", "necrosis")
    assert answer.code == 0
    assert {part.class_name for part in read_geojson(tmp_path / "b.geojson")} == {"necrosis"}
    refused = run("export", folder, "-o", tmp_path / "c.geojson", "--class", "stroma")
    assert refused.code == 1
    assert refused.said == "The session has no class 'stroma'. It has: necrosis, tumour."


def test_pixels_that_are_not_square_survive(run, tmp_path):
    pixels = tissue(400, 300)

    def read(box: Box) -> np.ndarray:
        return pixels[box.y : box.bottom, box.x : box.right]

    write_pyramid(tmp_path / "flat.tif", read, width=400, height=300, mpp=(0.5, 0.4), kind="slide")
    clicks = clicks_file(tmp_path / "clicks.geojson", [(100.0, 100.0, "tumour", "high")])
    command = ("--clicks", clicks, "-o", tmp_path / "out", "--weights", "tiny")
    assert run("segment", tmp_path / "flat.tif", *command).code == 0
    answer = run("export", tmp_path / "out" / "flat.zoomiseg", "-o", tmp_path / "a.geojson")
    assert (answer.code, answer.err) == (0, "")
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "out" / "flat.geojson").read_bytes()


def test_a_mask_image_alone_needs_its_scale_and_says_what_its_coordinates_are(run, tmp_path):
    pixels = np.zeros((20, 30), np.uint8)
    pixels[5:15, 10:20] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    answer = run("export", tmp_path / "mask.png", "-o", tmp_path / "a.geojson")
    assert answer.code == 1
    assert answer.said == (
        "mask.png does not say its microns per pixel. Name its slide with --slide, or give --mpp."
    )
    cured = run("export", tmp_path / "mask.png", "-o", tmp_path / "a.geojson", "--mpp", "2", "--json")
    assert cured.said == "Note: without --slide, coordinates are the pixels of mask.png itself."
    assert cured.json["area_mm2"] == pytest.approx(100 * 4 / 1e6)
    (region,) = read_geojson(tmp_path / "a.geojson")
    assert region.geometry.bounds == (10, 5, 20, 15)


def test_a_mask_of_another_size_is_stretched_over_its_slide(run, slide, tmp_path):
    pixels = np.zeros((48, 60), np.uint8)
    pixels[:, :30] = 1
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    answer = run("export", tmp_path / "mask.png", "-o", tmp_path / "a.geojson", "--slide", slide, "--json")
    assert answer.code == 0
    (region,) = read_geojson(tmp_path / "a.geojson")
    assert region.geometry.bounds == pytest.approx((0, 0, 300.5, 481), abs=0.01)
    assert answer.json["area_mm2"] == pytest.approx(601 * 481 / 2 * 0.0625 / 1e6, rel=1e-3)


def test_a_mask_of_another_shape_is_refused(run, slide, tmp_path):
    Image.fromarray(np.ones((50, 50), np.uint8)).save(tmp_path / "mask.png")
    answer = run("export", tmp_path / "mask.png", "-o", tmp_path / "a.geojson", "--slide", slide)
    assert answer.code == 1
    assert "a mask must have its slide's aspect within 1%" in answer.said


def test_geojson_of_others_needs_the_slide(run, slide, tmp_path):
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]]}
    (tmp_path / "drawn.geojson").write_text(json.dumps(shape))
    answer = run("export", tmp_path / "drawn.geojson", "-o", tmp_path / "a.tif")
    assert answer.code == 1
    assert answer.said == "drawn.geojson does not say how large its slide is. Name the slide with --slide."
    assert run("export", tmp_path / "drawn.geojson", "-o", tmp_path / "a.tif", "--slide", slide).code == 0
    expected = np.zeros((241, 301), np.uint8)
    expected[:50, :50] = 255
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), expected)


def test_nothing_is_written_into_the_session_that_is_read(run, copy):
    folder = copy / "case.zoomiseg"
    before = {path: path.read_bytes() for path in folder.glob("events*")}
    assert before
    for output in (*before, folder / "mask.geojson"):
        answer = run("export", folder, "-o", output, "--to", "geojson")
        assert answer.code == 1
        assert f"The result would lie in {folder}, from which it is made." in answer.said
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_read_is_never_written_over(run, copy, slide, tmp_path):
    mine = shutil.copy(slide, tmp_path / "case.tif")
    for source, output, more in (
        (copy / "case-mask.ome.tif", copy / "case-mask.ome.tif", ("--slide", mine)),
        (copy / "case-mask.ome.tif", mine, ("--slide", mine)),
        (copy / "case.zoomiseg", mine, ("--slide", mine)),
        (copy / "case.geojson", copy / "case.geojson", ()),
    ):
        before = output.read_bytes()
        answer = run("export", source, "-o", output, "--to", "tiff", *more)
        assert answer.code == 1
        assert answer.said.startswith(f"The result would replace {output}, from which it is made.")
        assert output.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("no.zoomiseg", "There is no session"),
        ("no.geojson", "cannot be read: No such file or directory"),
        ("no.tif", "There is no file"),
        (".", "is no session, or neither its session.json nor its origin.json can be read"),
    ],
)
def test_a_source_that_is_none_is_told(run, tmp_path, source, said):
    answer = run("export", tmp_path / source, "-o", tmp_path / "a.geojson")
    assert answer.code == 1
    assert said in answer.said


def test_an_ending_that_tells_no_form_asks_for_one(run, finished, tmp_path):
    answer = run("export", finished / "result" / "case.geojson", "-o", tmp_path / "a.shp")
    assert answer.code == 1
    assert answer.said == "No export is called 'a.shp'. Known are: geojson, tiff."


@pytest.mark.parametrize("output", ["nowhere/a.geojson", "file/a.tif"])
def test_a_place_that_cannot_be_written_is_told(run, finished, tmp_path, output):
    (tmp_path / "file").write_text("mine")
    answer = run("export", finished / "result" / "case.geojson", "-o", tmp_path / output)
    assert answer.code == 1
    assert "there is no folder" in answer.said
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["session.json", "origin.json", "events.sqlite"])
def test_a_session_with_a_file_cut_short_is_exported_all_the_same(run, finished, copy, tmp_path, name):
    path = copy / "case.zoomiseg" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    answer = run("export", copy / "case.zoomiseg", "-o", tmp_path / "a.geojson")
    if name == "origin.json":
        # Without it neither the weights' place nor the slide's is known; the card knows the weights' name.
        assert "--slide PATH" in answer.said
        return
    assert answer.code == 0
    assert "damaged" in answer.said
    assert (tmp_path / "a.geojson").read_bytes() == (finished / "result" / "case.geojson").read_bytes()


def test_a_session_without_any_note_is_told(run, copy, tmp_path):
    for name in ("session.json", "origin.json"):
        (copy / "case.zoomiseg" / name).write_text("{")
    answer = run("export", copy / "case.zoomiseg", "-o", tmp_path / "a.geojson")
    assert answer.code == 1
    assert "neither its session.json nor its origin.json can be read" in answer.said


def test_weights_that_moved_can_be_named(run, slide, finished, weights_home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = shutil.copytree(weights_home / "weights" / "tiny", tmp_path / "mine")
    command = ("segment", slide, "--clicks", finished / "clicks.geojson", "-o", "out", "--weights", "./mine")
    assert run(*command).code == 0
    shutil.move(mine, tmp_path / "elsewhere")
    session = tmp_path / "out" / "case.zoomiseg"
    # What this process has loaded once it does not look for again.
    load_predictors_anew(monkeypatch)
    answer = run("export", session, "-o", "a.geojson")
    assert answer.code == 1
    assert "mine holds no weights" in answer.said
    assert run("export", session, "-o", "a.geojson", "--weights", "./elsewhere").code == 0


def load_predictors_anew(monkeypatch):
    from zoomiseg.predict._load import load_predictors as uncached

    monkeypatch.setattr("zoomiseg.predict.load_predictors", uncached)


def test_clicks_made_with_other_weights_open_with_a_notice(run, finished, copy, weights_home, tmp_path):
    from zoomiseg.networks import load_network, read_card, save_network

    other = tmp_path / "other"
    for scale in ("low", "high"):
        network, _ = load_network(weights_home / "weights" / "tiny", scale)
        card = read_card(weights_home / "weights" / "tiny", scale)
        head = next(part for part in network.modules() if getattr(part, "out_channels", 0) == 1)
        head.bias.data += 0.25
        save_network(other, scale, network, card)
    answer = run("export", copy / "case.zoomiseg", "-o", tmp_path / "a.geojson", "--weights", f"{other}")
    assert answer.code == 0
    assert "This session was last predicted by weights 'tiny'" in answer.said
