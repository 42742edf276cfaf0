"""A browser, a server on a real slide, a new session for each test; skipped where there is no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.slide import write_pyramid

from .desk import WIDE, Desk, open_slide_page
from .program import Program

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the viewer's tests need the package playwright"
)
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
PATIENCE_MS = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if "viewer" in item.path.parts:
                item.add_marker(
                    pytest.mark.skip(reason="the viewer's tests need Chromium: apt-get install chromium")
                )


@pytest.fixture(scope="session")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample slide, a picture of unknown scale, and a file that is no slide."""
    folder = tmp_path_factory.mktemp("slides")
    with as_file(files("zoomiseg") / "data" / "samples") as samples:
        for name in ("bcss-1015.tif", "cmu-1-small-region.svs"):
            shutil.copyfile(samples / name, folder / name)
        with Image.open(samples / "bcss-1015.tif") as image:
            image.crop((0, 0, 1500, 1100)).save(folder / "photo of a section.jpg")
    (folder / "broken.svs").write_bytes(b"no slide at all")
    return folder


@pytest.fixture(scope="session")
def program(slides: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(slides, tmp_path_factory.mktemp("sessions"))
    program.start()
    yield program
    program.kill()


@pytest.fixture(scope="session")
def wide_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A server of one slide, wider than one low patch: the sample six times, each beside its mirror image."""
    folder = tmp_path_factory.mktemp("wide")
    with as_file(files("zoomiseg") / "data" / "samples" / "bcss-1015.tif") as path, Image.open(path) as image:
        sample = np.asarray(image.convert("RGB"))
    row = np.concatenate([sample, sample[:, ::-1], sample], axis=1)
    pixels = np.concatenate([row, row[::-1]])

    def read(box: Box) -> np.ndarray:
        return pixels[box.y : box.bottom, box.x : box.right]

    height, width = pixels.shape[:2]
    write_pyramid(folder / WIDE, read, width=width, height=height, mpp=(0.25, 0.25), kind="slide")
    program = Program(folder, tmp_path_factory.mktemp("wide-sessions"))
    program.start()
    yield program
    program.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    # On a busy machine five seconds, as without this, are sometimes not enough.
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: playwright.Browser) -> Iterator[playwright.BrowserContext]:
    """A visitor who was never here before."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark", accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: playwright.BrowserContext) -> Iterator[playwright.Page]:
    """A page whose scripts must not fail, nor break its content security policy."""
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on(
        "console",
        lambda message: failures.append(message.text) if "Content Security" in message.text else None,
    )
    yield page
    assert failures == []


@pytest.fixture
def desk(page: playwright.Page, program: Program) -> Desk:
    """A new session on the sample slide, opened in the browser."""
    return open_slide_page(page, program.url)
