from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.export import overview
from zoomiseg.export._marks import BACKGROUND_COLOR, FRAME_COLOR, OUTLINE_COLOR, TUMOUR_COLOR
from zoomiseg.geometry import Box

PINK = (225, 170, 200)


def tissue(height, width):
    return np.full((height, width, 3), PINK, np.uint8)


def drawn(height, width, *, mask=None, clicks=(), **options):
    mask = np.zeros((height, width), bool) if mask is None else mask
    facts = {"mpp": (1.0, 1.0), "area_mm2": 1.5, "title": "slide.svs"} | options
    return np.asarray(overview(tissue(height, width), mask, clicks, **facts)).astype(int)


def near(pixels, color, tolerance=12):
    return (np.abs(pixels - np.array(color)) <= tolerance).all(axis=-1)


@pytest.mark.parametrize(
    ("height", "width", "panel"),
    [
        (150, 200, (1200, 1600)),
        (3000, 4000, (1200, 1600)),
        (40, 4000, (16, 1600)),
        (4000, 40, (1600, 16)),
        (1, 1, (1600, 1600)),
    ],
)
def test_the_tissue_is_1600_pixels_long_whatever_the_slide(height, width, panel):
    picture = drawn(height, width)
    shown = near(picture, PINK, 2)
    assert (shown.any(axis=1).sum(), shown.any(axis=0).sum()) == panel
    assert picture.shape[1] >= 1000
    assert 60 < picture.shape[0] - panel[0] < 200


def test_the_outline_runs_along_the_masks_edge():
    mask = np.zeros((800, 1600), bool)
    mask[200:600, 400:1200] = True
    picture = drawn(800, 1600, mask=mask)
    assert near(picture[400, 400], OUTLINE_COLOR).all()
    row = near(picture[:800, :][400], OUTLINE_COLOR)
    assert np.flatnonzero(row).tolist() == pytest.approx([399, 400, 1199, 1200], abs=1.5)


def test_tissue_away_from_any_sign_is_untouched_and_the_tumour_is_tinted_lightly():
    mask = np.zeros((800, 1600), bool)
    mask[200:600, 400:1200] = True
    picture = drawn(800, 1600, mask=mask, clicks=[(100, 100, 1, "low")])
    assert tuple(picture[700, 1400]) == PINK
    assert 5 < np.abs(picture[400, 800] - np.array(PINK)).max() < 25


@pytest.mark.parametrize("factor", [1, 4])
def test_clicks_lie_where_they_were_made(factor):
    places = {
        (400, 200): (1, "low"),
        (800, 200): (-1, "low"),
        (400, 600): (1, "high"),
        (800, 600): (-1, "high"),
    }
    clicks = [(x / factor, y / factor, *what) for (x, y), what in places.items()]
    picture = drawn(800 // factor, 1600 // factor, clicks=clicks)
    for (x, y), (label, scale) in places.items():
        color = TUMOUR_COLOR if label > 0 else BACKGROUND_COLOR
        rows, columns = np.nonzero(near(picture[y - 30 : y + 30, x - 30 : x + 30], color))
        assert rows.mean() == pytest.approx(29.5, abs=0.6)
        assert columns.mean() == pytest.approx(29.5, abs=0.6)
        assert np.ptp(columns) == pytest.approx(21 if scale == "low" else 15, abs=1)
        # A plus is white on colour, a minus is colour on white.
        assert near(picture[y, x], (255, 255, 255) if label > 0 else BACKGROUND_COLOR, 20)


def test_a_click_at_the_edge_of_a_narrow_slide_is_whole():
    picture = drawn(1600, 20, clicks=[(0, 800, 1, "low")])
    _, columns = np.nonzero(near(picture[780:820], TUMOUR_COLOR))
    assert np.ptp(columns) >= 20


def test_high_patches_are_framed():
    picture = drawn(800, 1600, high_patches=[Box(300, 100, 400, 400)])
    rows, columns = np.nonzero(near(picture[:800], FRAME_COLOR, 25))
    assert (columns.min(), columns.max() + 1) == pytest.approx((298, 702), abs=2)
    assert (rows.min(), rows.max() + 1) == pytest.approx((98, 502), abs=2)


@pytest.mark.parametrize(
    ("mpp", "width", "length_um"), [(1.0, 1600, 200), (0.25, 4096, 100), (8.0, 3000, 2000)]
)
def test_the_scale_bar_has_a_round_length(mpp, width, length_um):
    picture = drawn(width // 2, width, mpp=(mpp, mpp))
    strip = picture[800:, 1200:].sum(axis=2) < 150
    longest = max(_longest_run(row) for row in strip)
    assert longest * mpp * width / 1600 == pytest.approx(length_um, rel=0.02)


def _longest_run(row):
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(int), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def test_a_long_title_stops_before_the_facts_at_its_right():
    short, long = drawn(80, 160, title="a"), drawn(80, 160, title="A long name " * 40)
    np.testing.assert_array_equal(short[800:, 1220:], long[800:, 1220:])
    gap = long[804:844, 1205:1240]
    assert short.shape == long.shape
    assert (gap.min(axis=(0, 2)) > 250).sum() >= 20


def test_the_legend_takes_more_lines_where_one_is_too_narrow():
    clicks = [(5, 5, label, scale) for label in (1, -1) for scale in ("low", "high")]
    few, many = drawn(1600, 400), drawn(1600, 400, clicks=clicks, high_patches=[Box(1, 1, 9, 9)])
    assert many.shape[0] > few.shape[0]


def test_the_same_result_gives_the_same_picture():
    np.testing.assert_array_equal(drawn(30, 60, title="Größe µ²"), drawn(30, 60, title="Größe µ²"))
