"""Every state of the viewer that its documentation shows, and how a user comes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from .desk import NEST_LINES, NESTS, STROMA, WIDE, Desk, open_slide_page

SLOW_MS = 700
PROBLEM = {
    "type": "about:blank",
    "title": "Unprocessable",
    "status": 409,
    "code": "locked",
    "detail": "The click lies in a locked region.",
    "hint": "Unlock the region in the list at the right, or click outside of it.",
}


@dataclass(frozen=True)
class State:
    """One state.

    Args:
        name: Of its picture.
        reach: Brings a page to it, from a server's address.
        width, height: Of the window.
        theme: Dark or light.
        wide: On the wide slide, instead of the folder.
    """

    name: str
    reach: Callable[[Page, str], object]
    width: int = 1280
    height: int = 800
    theme: str = "dark"
    wide: bool = False


def first_visit(page: Page, url: str) -> Desk:
    """A slide that was just opened for the first time."""
    return open_slide_page(page, url)


def used(page: Page, url: str) -> Desk:
    """A slide opened by somebody who needs no hints."""
    page.goto(url)
    page.evaluate("localStorage.setItem('zoomiseg.hints', '9')")
    return open_slide_page(page, url)


def start(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".card")
    page.wait_for_function("() => [...document.images].every((each) => each.complete && each.naturalWidth)")


def clicked(page: Page, url: str) -> Desk:
    desk = used(page, url)
    for nest in NESTS:
        desk.click(nest)
    desk.click(STROMA, button="right")
    desk.wait_for_mask(NESTS[2])
    desk.saved()
    page.wait_for_selector(".class .size:not(:empty)")
    page.mouse.move(*desk.at((2400, 1500)))
    return desk


def proposed(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate("localStorage.setItem('zoomiseg.hints', '9')")
    desk = open_slide_page(page, url, WIDE, adapt="memory")
    for start_xy, end_xy in NEST_LINES:
        desk.scribble(start_xy, end_xy)
        desk.saved()
    desk.go((9900, 2000), mpp=2.0)
    page.wait_for_selector(".proposal:not([hidden])")
    page.wait_for_selector(".class .size:not(:empty)")
    page.wait_for_timeout(SLOW_MS)


def waiting(page: Page, url: str) -> None:
    desk = used(page, url)
    page.route("**/clicks", lambda route: None)  # never answered
    desk.click(NESTS[0])
    page.wait_for_timeout(SLOW_MS)


def outline(page: Page, url: str) -> None:
    desk = clicked(page, url)
    page.keyboard.press("o")
    desk.wait_for_mask(NESTS[0], there=False)


def heat(page: Page, url: str) -> None:
    clicked(page, url)
    page.keyboard.press("o")
    page.keyboard.press("o")
    page.wait_for_timeout(2 * SLOW_MS)


def detail(page: Page, url: str) -> Desk:
    desk = clicked(page, url)
    x, y = NESTS[0]
    desk.go((x, y), mpp=0.6)
    desk.click((x - 100, y - 60))
    desk.click((x + 470, y - 250), button="right")
    desk.saved()
    page.wait_for_timeout(SLOW_MS)
    return desk


def classes(page: Page, url: str) -> None:
    desk = clicked(page, url)
    page.keyboard.press("2")
    desk.click(STROMA)
    desk.saved()
    page.wait_for_timeout(3 * SLOW_MS)


def brush(page: Page, url: str) -> None:
    desk = clicked(page, url)
    page.keyboard.press("b")
    page.mouse.move(*desk.at((1300, 1300)))
    page.mouse.down()
    for step in ((1400, 1260), (1550, 1300), (1700, 1400), (1800, 1420)):
        page.mouse.move(*desk.at(step), steps=3)
    page.wait_for_timeout(SLOW_MS)


def polygon(page: Page, url: str) -> None:
    desk = clicked(page, url)
    page.keyboard.press("p")
    for corner in ((1200, 1100), (1600, 1050), (1800, 1300), (1500, 1500)):
        desk.click(corner)
    page.wait_for_timeout(SLOW_MS)


def regions(page: Page, url: str) -> None:
    desk = clicked(page, url)
    for key, start_xy, end_xy in (("a", (2600, 750), (3600, 1450)), ("l", (350, 50), (1000, 450))):
        page.keyboard.press(key)
        page.mouse.move(*desk.at(start_xy))
        page.mouse.down()
        page.mouse.move(*desk.at(end_xy), steps=4)
        page.mouse.up()
        desk.saved()
    page.wait_for_timeout(SLOW_MS)


def offline(page: Page, url: str) -> None:
    desk = clicked(page, url)
    page.route("**/api/**", lambda route: route.abort())
    desk.click((3280, 284))
    desk.click((2297, 807))
    page.wait_for_selector(".status[data-connection=offline]")


def problem(page: Page, url: str) -> None:
    desk = used(page, url)
    page.route(
        "**/clicks",
        lambda route: route.fulfill(status=409, json=PROBLEM, content_type="application/problem+json"),
    )
    desk.click(NESTS[0])
    page.wait_for_selector(".toast")


def scale_unknown(page: Page, url: str) -> None:
    start(page, url)
    page.click("text=photo of a section")
    page.wait_for_selector("dialog")


def dropping(page: Page, url: str) -> None:
    clicked(page, url)
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer()
            dataTransfer.items.add(new File(["{}"], "start.geojson"))
            const how = { bubbles: true, cancelable: true, dataTransfer }
            document.body.dispatchEvent(new DragEvent("dragover", how))
        }"""
    )


def adding(page: Page, url: str) -> None:
    clicked(page, url)
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer()
            const outline = { type: "Polygon", coordinates: [[[0, 0], [9, 0], [9, 9], [0, 0]]] }
            dataTransfer.items.add(new File([JSON.stringify(outline)], "of a colleague.geojson"))
            const how = { bubbles: true, cancelable: true, dataTransfer }
            document.body.dispatchEvent(new DragEvent("drop", how))
        }"""
    )
    page.wait_for_selector("dialog.ask")


def help_page(page: Page, url: str) -> None:
    used(page, url)
    page.keyboard.press("?")


def gone(page: Page, url: str) -> None:
    page.goto(f"{url}/#/session/nothing")
    page.wait_for_selector(".failure")


STATES = (
    State("start", start),
    State("start-light", start, theme="light"),
    State("scale-unknown", scale_unknown),
    State("first-visit", first_visit),
    State("waiting", waiting),
    State("mask", clicked),
    State("proposal", proposed, wide=True),
    State("outline", outline),
    State("heat-map", heat),
    State("detail", detail),
    State("classes", classes),
    State("brush", brush),
    State("polygon", polygon),
    State("regions", regions),
    State("offline", offline),
    State("problem", problem),
    State("drop", dropping),
    State("add-mask", adding),
    State("help", help_page),
    State("gone", gone),
    State("light", clicked, theme="light"),
    State("4k", detail, 3840, 2160),
)
