"""Slides by id: listed, described, shown in tiles; nothing else of the disk is."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.server._pyramid import DeepZoom
from zoomiseg.server._slide_pixels import level_pixels
from zoomiseg.server._slides import SlideFolder
from zoomiseg.slide import open_slide

from .program import HEIGHT, WIDTH, sentence, slide_named, tissue

PATIENCE_S = 10


def picture(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)


def test_the_folder_is_listed_with_what_lies_in_folders_and_without_links_that_lead_out(client):
    found = {slide["name"]: slide for slide in client.get("slides").json()}
    assert list(found) == ["case.tif", "inner/other case.tif", "photo.png"]
    assert found["case.tif"] | {"width": WIDTH, "height": HEIGHT, "mpp": [0.25, 0.25]} == found["case.tif"]
    assert found["case.tif"]["max_level"] == 10
    assert found["photo.png"]["mpp"] is None
    assert "does not say its microns per pixel" in found["photo.png"]["warnings"][0]


def test_what_is_no_slide_is_named_with_its_reason(client):
    (found,) = client.get("refused").json()
    assert found["name"] == "broken.svs"
    assert found["reason"]


def test_an_id_is_the_same_at_every_start(client, slides):
    assert {file.id for file in SlideFolder(slides).files()} >= {
        slide["id"] for slide in client.get("slides").json()
    }


def test_a_tile_of_full_resolution_shows_the_slides_pixels(client):
    slide = slide_named(client, "case.tif")
    shown = picture(client.get(f"slides/{slide['id']}/tiles/10/1_1.jpg"))
    assert shown.shape == (HEIGHT - 256, 256, 3)
    assert np.abs(shown - tissue()[256:, 256:512].astype(int)).mean() < 3


@pytest.mark.parametrize(("level", "size"), [(10, (345 - 256, 225)), (9, (45, 241)), (0, (1, 1))])
def test_tiles_at_the_edge_are_smaller(client, level, size):
    slide = slide_named(client, "case.tif")
    zoom = DeepZoom(WIDTH, HEIGHT)
    grid = zoom.grid(level, (1.0, 1.0))
    column, row = (grid.width - 1) // 256, (grid.height - 1) // 256
    shown = picture(client.get(f"slides/{slide['id']}/tiles/{level}/{column}_{row}.webp"))
    box = zoom.tile(level, column, row)
    assert box is not None
    assert shown.shape == (box.height, box.width, 3)
    assert client.get(f"slides/{slide['id']}/tiles/{level}/{column + 1}_{row}.webp").status_code == 404


def test_a_tile_may_be_kept_for_ever_under_its_fingerprint_and_is_asked_after_otherwise(client):
    slide = slide_named(client, "case.tif")
    path = f"slides/{slide['id']}/tiles/9/0_0.jpg"
    kept = client.get(path, params={"f": slide["fingerprint"]})
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(path, params={"f": "old"}).headers["cache-control"] == "public, no-cache"
    again = client.get(path, headers={"If-None-Match": kept.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_thumbnail_is_the_whole_slide(client, server):
    slide = slide_named(client, "case.tif")
    shown = picture(client.get(server.origin + slide["thumbnail"]))
    assert shown.shape == (241, 301, 3)
    assert np.abs(shown - tissue()[::2, ::2].astype(int)).mean() < 6


@pytest.mark.parametrize(
    "path",
    [
        "slides/..%2f..%2fetc%2fpasswd",
        "slides/case.tif",
        "slides/%2e%2e",
        "slides/0000000000000000/tiles/0/0_0.jpg",
        "slides/{id}/tiles/11/0_0.jpg",
        "slides/{id}/tiles/10/3_0.jpg",
        "slides/{id}/associated/label.jpg",
        "slides/{id}/label.jpg",
        "slides/{id}/macro.jpg",
        "../../etc/passwd",
    ],
)
def test_no_address_leads_to_anything_else(client, path):
    answer = client.get(path.format(id=slide_named(client, "case.tif")["id"]))
    assert answer.status_code == 404
    assert sentence(answer)


@pytest.mark.parametrize("level", range(6, 11))
def test_a_slide_without_a_pyramid_shows_the_same_in_bounded_memory(tmp_path, monkeypatch, level):
    Image.fromarray(tissue()).save(tmp_path / "flat.png")
    zoom = DeepZoom(WIDTH, HEIGHT)
    with open_slide(tmp_path / "flat.png", mpp=0.25) as slide:
        box = zoom.tile(level, 0, 0)
        assert box is not None
        expected = slide.read(box, zoom.grid(level, slide.mpp)).astype(int)
        monkeypatch.setattr("zoomiseg.server._slide_pixels._MOST_REDUCTION", 1)
        found = level_pixels(slide, zoom, level, box).astype(int)
    assert found.shape == expected.shape
    # The last pixels may reach past the edge, where the halves of halves weigh otherwise.
    assert np.abs(found - expected)[:-1, :-1].max() <= 2


def test_slides_that_nobody_uses_are_closed_beyond_a_number(tmp_path, monkeypatch):
    monkeypatch.setattr("zoomiseg.server._slides._OPEN_AT_ONCE", 2)
    for number in range(4):
        Image.fromarray(tissue(40, 30)).save(tmp_path / f"{number}.png")
    folder = SlideFolder(tmp_path)
    ids = [file.id for file in folder.files()]
    with folder.opened(ids[0], mpp=0.5) as first:
        for each in ids[1:]:
            with folder.opened(each, mpp=0.5):
                pass
        assert len(folder._held) == 2
        assert first.read(Box(0, 0, 4, 4), first.grids.slide).shape == (4, 4, 3)
    folder.close()


def test_an_open_slide_is_lent_while_another_takes_long_to_open(tmp_path, monkeypatch):
    for name in ("quick.png", "slow.png"):
        Image.fromarray(tissue(40, 30)).save(tmp_path / name)
    folder = SlideFolder(tmp_path)
    quick, slow = (file.id for file in folder.files())
    begun, may_open, opened = threading.Event(), threading.Event(), []

    def slowly(path, *, mpp, cache_bytes):
        opened.append(path.name)
        if path.name == "slow.png":
            begun.set()
            assert may_open.wait(PATIENCE_S)
        return open_slide(path, mpp=mpp, cache_bytes=cache_bytes)

    monkeypatch.setattr("zoomiseg.server._slides.open_slide", slowly)

    def look(slide: str) -> tuple[int, ...]:
        with folder.opened(slide, mpp=0.5) as lent:
            return lent.read(Box(0, 0, 4, 4), lent.grids.slide).shape

    look(quick)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(look, slow) for _ in range(3)]
        assert begun.wait(PATIENCE_S)
        try:
            assert pool.submit(look, quick).result(PATIENCE_S) == (4, 4, 3)
            assert not any(each.done() for each in waiting)
        finally:
            may_open.set()
        assert [each.result(PATIENCE_S) for each in waiting] == [(4, 4, 3)] * 3
    assert opened == ["quick.png", "slow.png"]
    folder.close()
