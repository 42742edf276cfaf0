from __future__ import annotations

import os
import signal
import time

import httpx
import pytest

from zoomiseg.cli._main import _run
from zoomiseg.export import GeoJsonMask, read_geojson
from zoomiseg.networks import list_weights
from zoomiseg.session import Session
from zoomiseg.slide import open_slide, sample_path

from .program import Answer, leftovers, mask_pixels

KEYS = {
    "slide",
    "clicks_low",
    "clicks_high",
    "iou_low",
    "iou_composed",
    "iou_per_click",
    "seconds_per_click_median",
    "mask",
    "geojson",
    "overview",
}

pytestmark = pytest.mark.skipif(
    "compact" not in list_weights(), reason="the weights compact are not installed"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, weights_home):
    """The demo's folder and answer. No capturing fixture lives as long, so the streams are replaced."""
    import contextlib
    import io

    folder = tmp_path_factory.mktemp("demo")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _run(["demo", "--headless", "-o", str(folder / "result"), "--json"])
    return folder, Answer(code, out.getvalue(), err.getvalue())


def test_json_has_the_keys_of_the_contract(demo):
    folder, answer = demo
    assert answer.code == 0
    values = answer.json
    assert values.keys() >= KEYS
    assert values["slide"] == str(sample_path("bcss-1015").absolute())
    for key in ("mask", "geojson", "overview"):
        assert values[key].startswith(str(folder))


def test_clicks_are_made_at_both_scales_and_each_is_told(demo):
    _, answer = demo
    values = answer.json
    assert 1 <= values["clicks_low"] <= 8
    assert values["clicks_high"] >= 1
    clicks = values["clicks_low"] + values["clicks_high"]
    assert clicks <= 20
    assert len(values["iou_per_click"]) == clicks
    assert values["iou_low"] == values["iou_per_click"][values["clicks_low"] - 1]
    assert values["iou_composed"] == values["iou_per_click"][-1]
    assert answer.said.count("  click ") == clicks


def test_its_files_agree_with_each_other_and_with_the_figure(demo):
    import cv2
    import numpy as np

    from zoomiseg.slide import open_mask

    folder, answer = demo
    pixels = mask_pixels(answer.json["mask"]) > 0
    with open_slide(sample_path("bcss-1015")) as slide, open_mask(sample_path("bcss-1015-mask")) as mask:
        grid = slide.grids.high
        truth = mask.foreground(slide.grids.slide.box).astype(np.float32)
    polygons = GeoJsonMask(read_geojson(answer.json["geojson"]), grid).read(grid.box) > 0
    np.testing.assert_array_equal(polygons, pixels)
    truth = cv2.resize(truth, (grid.width, grid.height), interpolation=cv2.INTER_AREA) >= 0.5
    assert answer.json["iou_composed"] == pytest.approx(
        (pixels & truth).sum() / (pixels | truth).sum(), abs=0.02
    )
    assert leftovers(folder) == []


def test_its_session_holds_the_clicks_and_how_to_see_it_is_said(demo):
    folder, answer = demo
    slides = folder / "result" / "slides"
    assert f"zoomiseg serve {slides}" in answer.said
    with open_slide(slides / "bcss-1015.tif") as slide, Session(slide, folder=answer.json["session"]) as kept:
        assert len(kept.events) >= len(answer.json["iou_per_click"])
        assert list(kept.notices) == []


def test_the_viewer_opens_on_the_session_where_somebody_sits_at_a_screen(
    start, tmp_path, weights_home, monkeypatch
):
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.setenv("DISPLAY", ":9")
    _, screen = os.openpty()
    process = start("demo", "--weights", "tiny", "-o", tmp_path / "result", stdout=screen)
    while process.poll() is None and not opened.exists():
        time.sleep(0.05)
    address, _, session = opened.read_text("utf-8").strip().partition("#/session/")
    shown = httpx.get(f"{address}api/v1/sessions/{session}", timeout=60).json()
    slides = httpx.get(f"{address}api/v1/slides", timeout=60).json()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert [(slide["id"], slide["name"]) for slide in slides] == [(shown["slide"], "bcss-1015.tif")]
    assert shown["revision"] >= 8
    assert process.returncode == 130
    assert "every click is saved" in said
    assert "Traceback" not in said


def test_unknown_weights_end_it_before_anything_is_made(run, tmp_path):
    answer = run("demo", "--weights", "huge", "-o", tmp_path / "result")
    assert answer.code == 1
    assert "There are no weights called huge." in answer.said
    assert not (tmp_path / "result").exists()
