from __future__ import annotations

import json
import os
import pty
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from zoomiseg.export import GeoJsonMask, read_geojson
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide, sample_path

from .program import CLICKS, clicks_file, leftovers, mask_pixels, point, tissue, write_points

KEYS = {
    "session",
    "mask",
    "geojson",
    "overview",
    "clicks_low",
    "clicks_high",
    "area_mm2",
    "seconds_per_click",
    "peak_rss_mb",
}


def segment(run, slide, clicks, output, *more):
    return run("segment", slide, "--clicks", clicks, "-o", output, "--weights", "tiny", *more)


def by_python(slide_path, clicks):
    """Return the mask on the high grid that the Python interface gives for (x, y, label, scale)."""
    with (
        open_slide(slide_path) as slide,
        Session(slide, predictors=load_predictors("tiny")) as session,
    ):
        for x, y, label, scale in clicks:
            session.click(x=x, y=y, label=1 if label == "tumour" else -1, scale=scale)
        return session.read_mask_high(slide.grids.high.box)


def test_the_mask_is_the_one_that_the_python_interface_gives(finished, slide):
    expected = by_python(slide, CLICKS)
    assert 0.1 < expected.mean() < 0.9
    np.testing.assert_array_equal(
        mask_pixels(finished / "result" / "case-mask.ome.tif"), expected * np.uint8(255)
    )


def test_the_mask_is_a_tiled_pyramid_that_knows_its_scale(run, tmp_path):
    clicks = clicks_file(tmp_path / "clicks.geojson", [(1100.0, 1500.0, "tumour", "low")])
    answer = segment(run, sample_path("cmu-1"), clicks, tmp_path / "out", "--json")
    with tifffile.TiffFile(answer.json["mask"]) as file:
        assert file.is_ome
        assert file.pages.first.is_tiled
        shapes = [level.shape for level in file.series[0].levels]
        assert shapes[:3] == [(2967, 2220), (1484, 1110), (742, 555)]
        assert 'PhysicalSizeX="0.499"' in file.ome_metadata


def test_the_polygons_hold_the_centres_of_exactly_the_masks_pixels(finished, slide):
    pixels = mask_pixels(finished / "result" / "case-mask.ome.tif") > 0
    annotations = read_geojson(finished / "result" / "case.geojson")
    with open_slide(slide) as opened:
        grid = opened.grids.high
    np.testing.assert_array_equal(GeoJsonMask(annotations, grid).read(grid.box) > 0, pixels)
    assert any(annotation.geometry.interiors for annotation in annotations)
    # Level-0 pixels: the high grid has half as many.
    assert max(annotation.geometry.bounds[2] for annotation in annotations) > grid.width


def test_the_overview_is_a_picture(finished):
    with Image.open(finished / "result" / "case-overview.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000


def test_json_has_the_keys_of_the_contract_and_absolute_paths(run, slide, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = segment(run, slide, finished / "clicks.geojson", "out", "--json")
    assert answer.code == 0
    values = answer.json
    assert values.keys() == KEYS
    assert (values["clicks_low"], values["clicks_high"]) == (2, 2)
    assert values["seconds_per_click"] > 0
    assert values["peak_rss_mb"] > 100
    for key in ("session", "mask", "geojson", "overview"):
        assert values[key].startswith(str(tmp_path / "out"))
        assert os.path.exists(values[key])
    pixels = mask_pixels(values["mask"]) > 0
    assert values["area_mm2"] == pytest.approx(pixels.sum() * 0.5**2 / 1e6, abs=1e-6)
    assert leftovers(tmp_path) == []


def test_people_read_what_was_written_where(run, slide, finished, tmp_path):
    out = segment(run, slide, finished / "clicks.geojson", tmp_path).out
    assert f"{tmp_path / 'case.geojson'}: " in out
    assert "from 4 clicks" in out


def test_a_second_run_clicks_nothing_again_and_gives_the_same(run, slide, finished, copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
    log = (copy / "case.zoomiseg" / "events.jsonl").read_bytes()
    answer = segment(run, slide, finished / "clicks.geojson", copy, "--json")
    assert answer.code == 0
    assert answer.json["seconds_per_click"] == 0
    assert (copy / "case.zoomiseg" / "events.jsonl").read_bytes() == log
    for name in ("case.geojson", "case-overview.png"):
        assert (copy / name).read_bytes() == before[name]
    np.testing.assert_array_equal(
        mask_pixels(copy / "case-mask.ome.tif"), mask_pixels(finished / "result" / "case-mask.ome.tif")
    )


def test_more_clicks_at_the_end_go_on_where_the_session_was(run, slide, copy, tmp_path):
    more = (*CLICKS, (150.0, 400.0, "tumour", "low"))
    answer = segment(run, slide, clicks_file(tmp_path / "more.geojson", more), copy, "--json")
    assert answer.code == 0
    np.testing.assert_array_equal(mask_pixels(answer.json["mask"]) > 0, by_python(slide, more))


@pytest.mark.parametrize(
    "clicks", [CLICKS[:2], CLICKS[::-1], (*CLICKS[:3], (401.0, 300.0, "background", "high"))]
)
def test_other_clicks_in_the_same_folder_are_refused_and_nothing_is_lost(run, slide, copy, tmp_path, clicks):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    answer = segment(run, slide, clicks_file(tmp_path / "other.geojson", clicks), copy)
    assert answer.code == 1
    assert answer.said == (
        f"{copy / 'case.zoomiseg'} already holds other work on this slide. "
        "Choose another folder with -o, or move that session away."
    )
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_another_slide_of_the_same_name_is_refused(run, copy, finished, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "case.png"
    Image.fromarray(tissue(601, 481)).save(other)
    answer = segment(run, other, finished / "clicks.geojson", copy, "--mpp", "0.25")
    assert answer.code == 1
    assert "belongs to another slide" in answer.said


def test_the_clicks_file_is_never_replaced_by_the_result(run, slide, tmp_path):
    clicks = clicks_file(tmp_path / "case.geojson")
    before = clicks.read_bytes()
    answer = segment(run, slide, clicks, tmp_path)
    assert answer.code == 1
    assert answer.said.startswith(f"The result would replace {clicks}, from which it is made.")
    assert clicks.read_bytes() == before


def test_a_file_that_no_session_made_is_never_replaced(run, slide, finished, tmp_path):
    drawn = tmp_path / "case.geojson"
    drawn.write_text("a day's work in QuPath")
    answer = segment(run, slide, finished / "clicks.geojson", tmp_path)
    assert answer.code == 1
    assert answer.said.startswith(f"{drawn} is there already, and no session beside it")
    assert drawn.read_text() == "a day's work in QuPath"
    assert [path.name for path in tmp_path.iterdir()] == ["case.geojson"]


def test_points_from_qupath_do_as_clicks(run, slide, tmp_path):
    classes = {"tumour": "Tumor", "background": "Stroma"}
    points = [
        point(x, y, objectType="annotation", classification={"name": classes[label], "color": [1, 2, 3]})
        for x, y, label, _ in CLICKS
    ]
    answer = segment(
        run, slide, write_points(tmp_path / "qupath.geojson", points), tmp_path / "out", "--json"
    )
    assert (answer.json["clicks_low"], answer.json["clicks_high"]) == (4, 0)


def test_a_slide_without_scale_is_cured_by_mpp_also_when_exported_later(run, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(tissue(500, 400)).save(photo)
    clicks = clicks_file(tmp_path / "clicks.geojson", [(100.0, 100.0, "tumour", "high")])
    refused = segment(run, photo, clicks, tmp_path / "out")
    assert refused.code == 1
    assert "--mpp 0.25" in refused.said
    assert not (tmp_path / "out").exists()
    assert segment(run, photo, clicks, tmp_path / "out", "--mpp", "0.5").code == 0
    exported = run("export", tmp_path / "out" / "photo.zoomiseg", "-o", tmp_path / "again.geojson")
    assert exported.code == 0
    assert (tmp_path / "again.geojson").read_bytes() == (tmp_path / "out" / "photo.geojson").read_bytes()


@pytest.mark.skipif(
    "ZOOMISEG_TEST_SLIDES" not in os.environ,
    reason="$ZOOMISEG_TEST_SLIDES names no folder with slides that may not be redistributed",
)
def test_a_scanners_slide_without_scale_is_cured_by_mpp_also_when_exported_later(run, tmp_path):
    path = Path(os.environ["ZOOMISEG_TEST_SLIDES"]) / "tcga-cr-7395-01a-01-ts1.svs"
    clicks = clicks_file(tmp_path / "clicks.geojson", [(2000.0, 1500.0, "tumour", "high")])
    assert "--mpp 0.25" in segment(run, path, clicks, tmp_path / "out").said
    assert segment(run, path, clicks, tmp_path / "out", "--mpp", "0.5").code == 0
    session = tmp_path / "out" / f"{path.stem}.zoomiseg"
    assert run("export", session, "-o", tmp_path / "again.geojson").code == 0
    made = tmp_path / "out" / f"{path.stem}.geojson"
    assert (tmp_path / "again.geojson").read_bytes() == made.read_bytes()


def test_a_folder_of_weights_does_as_well_as_a_name(
    run, slide, finished, weights_home, tmp_path, monkeypatch
):
    mine = shutil.copytree(weights_home / "weights" / "tiny", tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    command = ("segment", slide, "--clicks", finished / "clicks.geojson", "-o", "out", "--weights", "./mine")
    assert run(*command).code == 0
    assert (tmp_path / "out" / "case.geojson").read_bytes() == (
        finished / "result" / "case.geojson"
    ).read_bytes()
    note = json.loads((tmp_path / "out" / "case.zoomiseg" / "origin.json").read_text())
    assert note["weights"] == str(mine)


def test_unknown_weights_are_named_with_those_that_are_there(run, slide, finished, tmp_path):
    command = ("segment", slide, "--clicks", finished / "clicks.geojson", "-o", tmp_path / "out")
    answer = run(*command, "--weights", "huge")
    assert answer.code == 1
    assert "There are no weights called huge. Installed are: " in answer.said
    assert "tiny" in answer.said
    assert not (tmp_path / "out").exists()


def test_torch_gives_nearly_the_same_mask(run, slide, finished, tmp_path):
    answer = segment(run, slide, finished / "clicks.geojson", tmp_path, "--engine", "torch", "--json")
    assert answer.code == 0
    same = mask_pixels(answer.json["mask"]) == mask_pixels(finished / "result" / "case-mask.ome.tif")
    assert same.mean() > 0.999


def test_a_terminal_shows_how_far_it_is_and_the_time_left(slide, start, tmp_path):
    clicks = clicks_file(tmp_path / "clicks.geojson")
    ours, theirs = pty.openpty()
    command = ("segment", slide, "--clicks", clicks, "-o", tmp_path / "out", "--weights", "tiny")
    process = start(*command, stderr=theirs)
    os.close(theirs)
    shown = b""
    # A terminal whose other end is closed is read as an error.
    with pytest.raises(OSError, match="Input/output"):
        while True:
            shown += os.read(ours, 4096)
    os.close(ours)
    assert process.wait(timeout=60) == 0
    for words in (b"Preparing the networks", b"Clicking", b"Writing the mask", b"%", b"0:00"):
        assert words in shown
