"""Each state of the viewer can be reached, is accessible, and looks as its documentation shows it."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser

from .conftest import PATIENCE_MS
from .program import Program
from .states import STATES, State

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "images" / "viewer"
# Set it to draw the pictures of the documentation anew.
UPDATE = "ZOOMISEG_PICTURES"
COLOURS = 128
# Few pixels have these, but they mean something: classes, who listens, saved, not saved.
MEANINGFUL = (
    "0072b2",
    "009e73",
    "e69f00",
    "56b4e9",
    "6cb8f0",
    "ffd54a",
    "4cc79b",
    "ffa061",
    "b33a00",
    "ffffff",
)
WIDEST_PX = 900
# Fonts and the sharpness of letters differ between machines, what is where does not.
THUMB = (64, 40)
MOST_DIFFERENCE = 12.0


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_it_looks_as_documented_and_is_accessible(
    browser: Browser, request: pytest.FixtureRequest, state: State
) -> None:
    program: Program = request.getfixturevalue("wide_program" if state.wide else "program")
    context = browser.new_context(
        viewport={"width": state.width, "height": state.height},
        color_scheme=state.theme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    state.reach(page, program.url)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    violations = Axe().run(page).response["violations"]
    page.unroute_all(behavior="ignoreErrors")
    context.close()

    assert [f"{each['id']}: {each['nodes'][0]['target']}" for each in violations] == []
    path = PICTURES / f"{state.name}.png"
    if UPDATE in os.environ:
        keep(picture, path)
    with Image.open(path) as documented:
        assert difference(picture, documented.convert("RGB")) < MOST_DIFFERENCE


def test_the_documentation_shows_every_state() -> None:
    shown = re.findall(r"images/viewer/([\w-]+)\.png", (DOCS / "viewer.md").read_text("utf-8"))
    assert sorted(shown) == sorted(state.name for state in STATES)
    assert sorted(shown) == sorted(path.stem for path in PICTURES.glob("*.png"))


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture small enough for a repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.thumbnail((WIDEST_PX, WIDEST_PX), Image.Resampling.LANCZOS)
    frequent = picture.quantize(COLOURS - len(MEANINGFUL), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(frequent + list(bytes.fromhex("".join(MEANINGFUL))))
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def difference(a: Image.Image, b: Image.Image) -> float:
    """Return how far two pictures are apart, seen from afar: the mean over what differs most, 0 to 255."""
    small = [np.asarray(each.resize(THUMB, Image.Resampling.BOX), np.float32) for each in (a, b)]
    return float(np.abs(small[0] - small[1]).mean())
