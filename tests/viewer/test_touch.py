"""Fingers and pens: a tap clicks, a finger held still and a pen's second button say not, two fingers zoom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from .conftest import PATIENCE_MS
from .desk import NESTS, STROMA, Desk, open_slide_page
from .program import Program

LONGER_THAN_A_TAP_MS = 900


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


def test_a_finger_held_still_says_not_and_letting_go_says_nothing_more(tablet: Desk) -> None:
    tablet.page.touchscreen.tap(*tablet.at(NESTS[0]))
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", tablet.at(STROMA))
    expect(tablet.page.locator(".clicks li")).to_have_count(2)
    touch(fingers, "touchEnd")
    tablet.saved()

    assert tablet.clicks() == [(1, "low"), (-1, "low")]
    held = tablet.info()["events"][1]
    assert (held["x"], held["y"]) == pytest.approx(STROMA, abs=tablet.slide["width"] / 978)


def test_a_finger_that_rests_after_it_has_moved_the_slide_clicks_nothing(tablet: Desk) -> None:
    x, y = tablet.at(NESTS[0])
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", (x, y))
    for step in range(1, 6):
        touch(fingers, "touchMove", (x - 10 * step, y))
    tablet.page.wait_for_timeout(LONGER_THAN_A_TAP_MS)
    touch(fingers, "touchEnd")
    tablet.saved()

    assert tablet.info()["events"] == []


def test_two_fingers_that_rest_click_nothing(tablet: Desk) -> None:
    x, y = tablet.at(NESTS[0])
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", (x, y))
    touch(fingers, "touchStart", (x, y), (x + 90, y))
    tablet.page.wait_for_timeout(LONGER_THAN_A_TAP_MS)
    touch(fingers, "touchEnd")
    tablet.saved()

    assert tablet.info()["events"] == []


@pytest.mark.parametrize("tool", ["c", "s"])
def test_the_button_on_a_pens_barrel_says_not(tablet: Desk, tool: str) -> None:
    tablet.page.keyboard.press(tool)
    pen = tablet.page.context.new_cdp_session(tablet.page)
    for button, (x, y) in (("left", tablet.at(NESTS[0])), ("right", tablet.at(STROMA))):
        how = {"pointerType": "pen", "button": button, "clickCount": 1}
        pen.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y, **how, "button": "none"})
        pen.send("Input.dispatchMouseEvent", {"type": "mousePressed", "x": x, "y": y, **how})
        if tool == "s":
            pen.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + 30, "y": y, **how})
        pen.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "x": x, "y": y, **how})
    tablet.saved()

    assert [event["label"] for event in tablet.info()["events"]] == [1, -1]


# The debugging protocol knows no eraser, so the events that a browser makes of one are made here.
ERASER = """([x, y]) => {
    const page = document.elementFromPoint(x, y)
    const at = { pointerType: "pen", pointerId: 7, isPrimary: true, bubbles: true, clientX: x, clientY: y }
    const send = (kind, button, buttons) =>
        page.dispatchEvent(new PointerEvent(kind, { ...at, button, buttons }))
    send("pointerenter", -1, 0)
    send("pointermove", -1, 0)
    send("pointerdown", 5, 32)
    send("pointerup", 5, 0)
}"""


def test_a_pens_eraser_says_not(tablet: Desk) -> None:
    tablet.page.evaluate(ERASER, list(tablet.at(STROMA)))
    tablet.saved()

    assert [event["label"] for event in tablet.info()["events"]] == [-1]


def test_the_brush_has_a_width_for_those_without_keys(tablet: Desk) -> None:
    tablet.page.touchscreen.tap(*_middle(tablet.page, "[data-tool=brush]"))
    tablet.page.get_by_label("Width").fill("60")
    x, y = tablet.at(STROMA)
    fingers = _fingers(tablet.page)
    touch(fingers, "touchStart", (x, y))
    touch(fingers, "touchMove", (x + 20, y))
    touch(fingers, "touchEnd")
    tablet.saved()

    (stroke,) = tablet.info()["events"]
    assert stroke["width_um"] == pytest.approx(60 * tablet.slide["width"] / 978 * 0.25, rel=0.02)


def _middle(page: Page, selector: str) -> tuple[float, float]:
    x, y, width, height = (page.locator(selector).bounding_box() or {}).values()
    return x + width / 2, y + height / 2


def _fingers(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def touch(fingers: CDPSession, kind: str, *at: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
