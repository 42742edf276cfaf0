from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zoomiseg.export._lettering import Lettering, plain


def written(text, **options):
    canvas = Image.new("RGB", (400, 80), "white")
    Lettering(20, 2).write(ImageDraw.Draw(canvas), 20, 20, text, color=(0, 0, 0), **options)
    return np.asarray(canvas)[..., 0] < 128


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Größe", "Gro?e"), ("e\u0301tude", "etude"), ("\u03bcm", "µm"), ("mm²", "mm²"), ("病理.svs", "??.svs")],
)
def test_what_the_font_lacks_gets_a_plain_form(text, expected):
    assert plain(text) == expected


def test_a_micro_sign_is_a_u_that_goes_below_the_line():
    micro, letter = written("µ"), written("u")
    assert micro[letter].all()
    assert np.flatnonzero(micro.any(axis=1)).max() > np.flatnonzero(letter.any(axis=1)).max() + 4


def test_a_superscript_two_is_small_and_high():
    rows, capital_rows = (np.flatnonzero(written(text).any(axis=1)) for text in ("²", "H"))
    assert rows.min() == pytest.approx(capital_rows.min(), abs=1)
    assert rows.max() < capital_rows.max() - 5


def test_capitals_are_centred_on_their_line():
    rows = np.flatnonzero(written("H").any(axis=1))
    assert rows.mean() == pytest.approx(39.5, abs=1)


@pytest.mark.parametrize("text", ["slide", "12 mm² µm", "100 µm"])
def test_a_width_is_what_is_drawn(text):
    columns = np.flatnonzero(written(text).any(axis=0))
    assert (columns.max() - 40) / 2 == pytest.approx(Lettering(20, 2).width(text), abs=2)


def test_a_long_text_keeps_both_ends():
    lettering = Lettering(20, 2)
    text = lettering.fitted("TCGA-CR-7395-01A-01-TS1.4f2c9e.svs", 200)
    assert text.startswith("TCGA")
    assert text.endswith(".svs")
    assert "…" in text
    assert lettering.width(text) <= 200
    assert lettering.fitted("short", 200) == "short"
