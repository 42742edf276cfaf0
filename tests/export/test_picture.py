from __future__ import annotations

import numpy as np
import pytest
from clicked import clicked_session, tissue
from PIL import Image

from zoomiseg.errors import OutputError
from zoomiseg.export import _picture, overview, write_overview
from zoomiseg.geometry import Box


@pytest.fixture
def drawn(monkeypatch):
    """What the page was drawn from, by name."""
    seen = {}

    def recording(image, mask, clicks, **facts):
        seen.update(facts, image=image, mask=mask, clicks=clicks)
        return overview(image, mask, clicks, **facts)

    monkeypatch.setattr(_picture, "overview", recording)
    return seen


def test_a_small_slide_is_drawn_from_its_own_pixels(slide, session, tmp_path, drawn):
    write_overview(session, slide, tmp_path / "a.png", area_mm2=0.5)
    assert drawn["image"].shape == (801, 1001, 3)
    assert np.abs(drawn["image"].astype(int) - tissue()).mean() < 3
    np.testing.assert_array_equal(drawn["mask"], session.mask_on(slide.grids.slide, Box(0, 0, 1001, 801)))
    assert drawn["mpp"] == pytest.approx((0.25, 0.25))
    assert (drawn["title"], drawn["area_mm2"]) == ("case", 0.5)


def test_clicks_and_high_patches_are_in_the_pictures_pixels(slide, session, tmp_path, drawn):
    write_overview(session, slide, tmp_path / "a.png", area_mm2=0.5)
    assert drawn["clicks"][:2] == [(400, 400, 1, "low"), (800, 300, 1, "high")]
    (frame,) = drawn["high_patches"]
    # The high patch is larger than the slide: what lies on the slide is drawn.
    assert frame == Box(0, 0, 1001, 801)


def test_a_large_slide_is_reduced_block_by_block_to_the_same_picture(
    slide, session, tmp_path, drawn, monkeypatch
):
    monkeypatch.setattr(_picture, "LONG_SIDE_PX", 300)
    monkeypatch.setattr(_picture, "_BLOCK_PX", 250)
    write_overview(session, slide, tmp_path / "a.png", area_mm2=0.5)
    grid = slide.grids.at(0.25 * 1001 / 300)
    assert drawn["image"].shape[1] == grid.width == 300
    np.testing.assert_array_equal(drawn["image"], slide.read(grid.box, grid))
    np.testing.assert_array_equal(drawn["mask"], session.mask_on(grid, grid.box))
    assert drawn["clicks"][0][:2] == pytest.approx((400 * 300 / 1001, 400 * 300 / 1001), rel=1e-3)


def test_clicks_of_a_scribble_are_drawn_as_well(slide, tmp_path, drawn):
    with clicked_session(slide) as session:
        session.scribble([(100, 100), (400, 100)], label=-1)
        write_overview(session, slide, tmp_path / "a.png", area_mm2=0)
    along = [click for click in drawn["clicks"] if click[1:] == (100, -1, "low")]
    assert len(along) > 2
    assert 100 <= along[0][0] < along[-1][0] <= 400


def test_what_was_taken_back_is_not_drawn(slide, tmp_path, drawn):
    with clicked_session(slide) as session:
        for _ in range(3):
            session.undo()
        write_overview(session, slide, tmp_path / "a.png", area_mm2=0)
    assert drawn["clicks"] == []
    assert not drawn["mask"].any()


def test_the_file_is_a_png_and_the_same_bytes_each_time(slide, session, tmp_path):
    for name in ("a.png", "b.png"):
        write_overview(session, slide, tmp_path / name, area_mm2=0.5)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left(slide, session, tmp_path):
    with pytest.raises(OutputError, match=r"nowhere/a.png cannot be written: No such file or directory"):
        write_overview(session, slide, tmp_path / "nowhere" / "a.png", area_mm2=0.5)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match=r"folder.png cannot be written"):
        write_overview(session, slide, tmp_path / "folder.png", area_mm2=0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]
