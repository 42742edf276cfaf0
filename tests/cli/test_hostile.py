"""Bad inputs to `segment` and `info`: a clear sentence, an exit code, and nothing lost."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from zoomiseg.slide import sample_path

from .program import CLICKS, clicks_file, leftovers, mask_pixels, point, remount, small_disk, write_points

NO_SLIDES = {
    "cut": (lambda path: path.write_bytes(sample_path("cmu-1").read_bytes()[:900_000]), "cut short"),
    "text": (lambda path: path.write_text("This is no slide.\n"), "is no slide"),
    "empty": (lambda path: path.write_bytes(b""), "is empty (0 bytes)"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "missing": (lambda path: None, "There is no file"),
}


@pytest.fixture(params=NO_SLIDES)
def no_slide(request, tmp_path):
    make, said = NO_SLIDES[request.param]
    path = tmp_path / "hostile.svs"
    make(path)
    return path, said


def test_info_of_what_is_no_slide_says_what_it_is(run, no_slide):
    path, said = no_slide
    answer = run("info", path, "--json")
    assert answer.code == 1
    assert said in answer.said
    assert path.name in answer.said
    assert answer.json["error"]["code"] == "slide"


def test_segment_of_what_is_no_slide_makes_nothing(run, no_slide, finished, tmp_path):
    path, said = no_slide
    answer = run("segment", path, "--clicks", finished / "clicks.geojson", "-o", tmp_path / "out")
    assert answer.code == 1
    assert said in answer.said
    assert answer.out == ""
    assert not (tmp_path / "out").exists()


BAD_CLICKS = {
    "outside": (
        [point(5, 5, label="tumour"), point(601, 5, label="tumour")],
        "click 2 at (601, 5) lies outside",
    ),
    "negative": ([point(-1, 5, label="tumour")], "click 1 at (-1, 5) lies outside"),
    "not a number": ([point(float("nan"), 5, label="tumour")], "feature 1"),
    "endless": ([point(float("inf"), 5, label="tumour")], "feature 1"),
    "wrong label": ([point(5, 5, label="stroma")], "feature 1 has the label 'stroma'"),
    "zero label": ([point(5, 5, label=0)], "feature 1 has the label 0"),
    "no label": ([point(5, 5)], "feature 1 has neither a label nor a class"),
    "wrong scale": ([point(5, 5, label=1, scale="medium")], "feature 1 has the scale 'medium'"),
    "empty list": ([], "holds no clicks"),
}


@pytest.mark.parametrize("kind", BAD_CLICKS)
def test_clicks_that_cannot_be_used_are_named_and_nothing_is_made(run, slide, tmp_path, kind):
    points, said = BAD_CLICKS[kind]
    clicks = write_points(tmp_path / "bad.geojson", points)
    answer = run("segment", slide, "--clicks", clicks, "-o", tmp_path / "out", "--json")
    assert answer.code == 1
    assert "bad.geojson" in answer.said
    assert said in answer.said
    assert answer.json["error"]["code"] in ("annotation", "click-outside")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bad.geojson is not JSON"),
        ('{"type": "FeatureCollection", "fea', "bad.geojson is not JSON"),
        ("[]", "bad.geojson holds no clicks"),
        ("null", "bad.geojson is no GeoJSON"),
        ("\x00\x01", "bad.geojson is not JSON"),
    ],
)
def test_a_clicks_file_that_is_none_is_told(run, slide, tmp_path, text, said):
    (tmp_path / "bad.geojson").write_text(text)
    answer = run("segment", slide, "--clicks", tmp_path / "bad.geojson", "-o", tmp_path / "out")
    assert answer.code == 1
    assert answer.said.startswith(said)


def test_a_clicks_file_that_is_missing_is_told(run, slide, tmp_path):
    answer = run("segment", slide, "--clicks", tmp_path / "no.geojson", "-o", tmp_path / "out")
    assert answer.code == 1
    assert answer.said == f"{tmp_path / 'no.geojson'} cannot be read: No such file or directory."


def segment(run, slide, clicks, output):
    return run("segment", slide, "--clicks", clicks, "-o", output, "--weights", "tiny", "--json")


def test_an_output_below_a_file_is_refused(run, slide, finished, tmp_path):
    (tmp_path / "file").write_text("mine")
    answer = segment(run, slide, finished / "clicks.geojson", tmp_path / "file" / "out")
    assert answer.code == 1
    assert answer.said == (
        f"Nothing can be written to {tmp_path / 'file' / 'out'}: Not a directory. "
        "Choose another folder with -o."
    )
    assert answer.json["error"]["code"] == "output"
    assert (tmp_path / "file").read_text() == "mine"


def test_an_output_that_is_a_file_is_refused(run, slide, finished, tmp_path):
    (tmp_path / "file").write_text("mine")
    answer = segment(run, slide, finished / "clicks.geojson", tmp_path / "file")
    assert answer.code == 1
    assert "File exists" in answer.said


def test_a_read_only_output_is_refused(run, slide, finished, tmp_path):
    with small_disk(tmp_path / "disk", "1m") as disk:
        remount(disk, "ro")
        answer = segment(run, slide, finished / "clicks.geojson", disk / "out")
    assert answer.code == 1
    assert "Read-only file system" in answer.said


@pytest.mark.parametrize("size", ["4k", "32k", "96k", "160k", "256k", "512k"])
def test_a_full_disk_is_told_and_with_room_again_the_work_goes_on(run, slide, finished, tmp_path, size):
    with small_disk(tmp_path / "disk", size) as disk:
        full = segment(run, slide, finished / "clicks.geojson", disk / "out")
        assert full.code == 1
        assert full.json["error"]["code"] == "output"
        assert any(words in full.said for words in ("No space left", "disk is full", "disk I/O error"))
        assert leftovers(disk) == []
        remount(disk, "size=64m")
        again = segment(run, slide, finished / "clicks.geojson", disk / "out")
        assert again.code == 0
        same_result(disk / "out", finished / "result")


@pytest.fixture
def full_disk(copy, tmp_path):
    """A disk with the finished result in `out`, on which not a byte is free."""
    used = sum(path.stat().st_size + 8192 for path in copy.rglob("*"))
    with small_disk(tmp_path / "disk", f"{used // 1024 + 64}k") as disk:
        shutil.copytree(copy, disk / "out")
        fill(disk / "ballast")
        yield disk


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(1024)):
            pass


def test_a_disk_that_is_full_from_the_start_loses_no_earlier_result(run, slide, finished, full_disk):
    more = clicks_file(finished.parent / "more.geojson", (*CLICKS, (150.0, 400.0, "tumour", "low")))
    answer = segment(run, slide, more, full_disk / "out")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "output"
    assert "so the operation was not saved" in answer.said
    same_result(full_disk / "out", finished / "result")
    remount(full_disk, "size=64m")
    again = segment(run, slide, finished / "clicks.geojson", full_disk / "out")
    assert (again.code, again.said) == (0, "")
    same_result(full_disk / "out", finished / "result")


def test_a_session_on_a_full_disk_can_be_exported_to_another(run, finished, full_disk, tmp_path):
    answer = run("export", full_disk / "out" / "case.zoomiseg", "-o", tmp_path / "a.geojson")
    assert answer.code == 0
    assert "cannot be written" in answer.said
    assert (tmp_path / "a.geojson").read_bytes() == (finished / "result" / "case.geojson").read_bytes()


def test_a_session_on_a_read_only_disk_can_be_exported_to_another(run, finished, copy, tmp_path):
    with small_disk(tmp_path / "disk", "8m") as disk:
        shutil.copytree(copy, disk / "out")
        remount(disk, "ro")
        answer = run("export", disk / "out" / "case.zoomiseg", "-o", tmp_path / "a.geojson")
    assert answer.code == 0
    assert "cannot be written" in answer.said
    assert (tmp_path / "a.geojson").read_bytes() == (finished / "result" / "case.geojson").read_bytes()


def same_result(one: Path, other: Path) -> None:
    for name in ("case.geojson", "case-overview.png"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    np.testing.assert_array_equal(
        mask_pixels(one / "case-mask.ome.tif"), mask_pixels(other / "case-mask.ome.tif")
    )


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("events.sqlite", "The event log was damaged"),
        ("events.jsonl", ""),
        ("session.json", "session.json was missing or damaged"),
        ("origin.json", ""),
    ],
)
def test_a_session_file_cut_short_is_told_and_made_good(run, slide, finished, copy, name, said):
    cut(copy / "case.zoomiseg" / name)
    answer = segment(run, slide, finished / "clicks.geojson", copy)
    assert answer.code == 0
    assert said in answer.said
    same_result(copy, finished / "result")
    again = segment(run, slide, finished / "clicks.geojson", copy)
    assert (again.code, again.said) == (0, "")


def test_clicks_that_a_damaged_log_lost_are_made_again(run, slide, finished, copy):
    session = copy / "case.zoomiseg"
    lines = (session / "events.jsonl").read_bytes().splitlines(keepends=True)
    (session / "events.jsonl").write_bytes(b"".join(lines[:3]))
    cut(session / "events.sqlite")
    answer = segment(run, slide, finished / "clicks.geojson", copy)
    assert answer.code == 0
    assert "Warning: " in answer.said
    same_result(copy, finished / "result")


def test_a_session_of_which_nothing_can_be_read_is_left_alone(run, slide, finished, copy):
    session = copy / "case.zoomiseg"
    (session / "events.sqlite").write_bytes(b"rubbish" * 100)
    (session / "events.jsonl").write_bytes(b"rubbish" * 100)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    answer = segment(run, slide, finished / "clicks.geojson", copy)
    assert answer.code == 1
    assert answer.json["error"]["code"] == "session-damaged"
    assert "Nothing of the event log in" in answer.said
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_damaged_session_says_so_also_where_the_clicks_are_refused(run, slide, copy, tmp_path):
    cut(copy / "case.zoomiseg" / "events.sqlite")
    other = clicks_file(tmp_path / "other.geojson", CLICKS[::-1])
    answer = segment(run, slide, other, copy)
    assert answer.code == 1
    assert "The event log was damaged" in answer.said
    assert "already holds other work" in answer.said
