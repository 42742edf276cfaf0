"""Fingers and pens: a tap clicks, a finger held still says not, two fingers zoom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from .conftest import PATIENCE_MS
from .desk import NESTS, STROMA, Desk, open_slide_page
from .program import Program


@pytest.fixture
def tablet(browser: Browser, program: Program) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    yield open_slide_page(context.new_page(), program.url)
    context.close()


def test_a_tap_clicks_and_the_round_button_turns_its_meaning(tablet: Desk) -> None:
    tablet.page.touchscreen.tap(*tablet.at(NESTS[0]))
    tablet.page.click(".toolbar .sign")
    tablet.page.touchscreen.tap(*tablet.at(STROMA))
    tablet.saved()

    assert tablet.clicks() == [(1, "low"), (-1, "low")]


def test_two_fingers_zoom_and_click_nothing(tablet: Desk) -> None:
    before = tablet.at((1000, 0))[0] - tablet.at((0, 0))[0]
    x, y = tablet.at((2000, 1000))
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", (x - 50, y), (x + 50, y))
    for spread in range(60, 160, 20):
        touch(fingers, "touchMove", (x - spread, y), (x + spread, y))
    touch(fingers, "touchEnd")
    tablet.page.wait_for_timeout(800)

    assert tablet.at((1000, 0))[0] - tablet.at((0, 0))[0] > 1.5 * before
    assert tablet.clicks() == []


def test_two_fingers_take_back_the_stroke_that_the_first_began(tablet: Desk) -> None:
    tablet.page.keyboard.press("b")
    x, y = tablet.at((2000, 1000))
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", (x - 50, y))
    touch(fingers, "touchMove", (x - 40, y))
    touch(fingers, "touchStart", (x - 40, y), (x + 50, y))
    touch(fingers, "touchMove", (x - 80, y), (x + 90, y))
    touch(fingers, "touchEnd")
    tablet.page.wait_for_timeout(500)
    tablet.saved()

    assert tablet.info()["events"] == []


def _fingers(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def touch(fingers: CDPSession, kind: str, *at: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
