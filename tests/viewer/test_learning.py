"""What a session learns from its slide: proposed, accepted, switched off, chosen when it is begun."""

from __future__ import annotations

import io

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from scipy.ndimage import distance_transform_edt

from .desk import NEST_LINES, NESTS, SAMPLE, WIDE, Desk, open_slide_page, shown
from .program import Program

SHOWN = ".proposal:not([hidden])"
ELSEWHERE = (9600, 1100)
"""A slide pixel in a patch that holds none of the clicks."""
CLICKED_UP_TO = 8192
"""The right end of the patch that was clicked, which overlaps that one."""
MARGIN = 200


@pytest.fixture
def desk(page: Page, wide_program: Program) -> Desk:
    """A session that remembers a line through a nest at the left end of a wide slide."""
    page.goto(wide_program.url)
    page.evaluate("localStorage.setItem('zoomiseg.hints', '9')")
    desk = open_slide_page(page, wide_program.url, WIDE, adapt="memory")
    desk.scribble(*NEST_LINES[0])
    desk.wait_for_mask(NESTS[0])
    desk.saved()
    return desk


def proposed(desk: Desk) -> tuple[float, float]:
    """Go to the other end, wait for what is proposed there, and return a slide pixel well inside it."""
    desk.go(ELSEWHERE, mpp=2.5)
    desk.page.wait_for_selector(SHOWN)
    where = {"x": ELSEWHERE[0], "y": ELSEWHERE[1]}
    x, y, width, height = httpx.get(f"{desk.api}/proposal", params=where, timeout=60).json()["box"]
    picture = httpx.get(f"{desk.api}/proposal.png", params=where, timeout=60).content
    inside = np.asarray(Image.open(io.BytesIO(picture)).convert("RGBA"))[..., 3] > 0
    # The frame is drawn at the border, where no line of the hatching could be told from it.
    depths = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    depths[:, : round((CLICKED_UP_TO + MARGIN - x) * inside.shape[1] / width)] = 0
    row, column = np.unravel_index(np.argmax(depths), depths.shape)
    return x + (column + 0.5) * width / inside.shape[1], y + (row + 0.5) * height / inside.shape[0]


def drawn_above(desk: Desk, slide_xy: tuple[float, float]) -> float:
    """Return which part of the 32 x 32 pixels around a slide pixel is drawn on above the masks."""
    return desk.page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector("canvas.overlay")
            const { left, top } = canvas.getBoundingClientRect()
            const at = [(x - left) * devicePixelRatio - 16, (y - top) * devicePixelRatio - 16]
            const { data } = canvas.getContext("2d").getImageData(...at, 32, 32)
            return data.filter((value, i) => i % 4 === 3 && value > 60).length / 1024
        }""",
        list(desk.at(slide_xy)),
    )


def kinds(desk: Desk) -> list[str]:
    desk.saved()
    return [event["kind"] for event in desk.info()["events"]]


def test_a_proposal_is_no_mask_until_it_is_accepted_by_a_key_and_an_undo_takes_it_back(desk: Desk) -> None:
    inside = proposed(desk)
    assert desk.mask_alpha(inside) == 0
    assert 0.1 < drawn_above(desk, inside) < 0.6, "hatched, not filled"

    desk.page.keyboard.press("y")
    desk.wait_for_mask(inside)
    assert kinds(desk) == ["scribble", "accept"]
    expect(desk.page.locator(".clicks .row").first).to_contain_text("Accepted proposal")
    desk.page.wait_for_timeout(1500)
    expect(desk.page.locator(".proposal")).to_be_hidden()

    desk.page.keyboard.press("Control+z")
    desk.wait_for_mask(inside, there=False)
    assert kinds(desk) == ["scribble"]


def test_the_buttons_take_it_or_leave_it(desk: Desk) -> None:
    inside = proposed(desk)
    desk.page.click(f"{SHOWN} >> text=Not here")
    expect(desk.page.locator(".proposal")).to_be_hidden()
    desk.go(NESTS[0], mpp=2.5)
    desk.go(ELSEWHERE, mpp=2.5)
    desk.page.wait_for_timeout(2500)
    expect(desk.page.locator(".proposal")).to_be_hidden()
    assert kinds(desk) == ["scribble"]

    desk.page.reload()
    shown(desk)
    desk.go(ELSEWHERE, mpp=2.5)
    desk.page.click(f"{SHOWN} >> text=Accept")
    desk.wait_for_mask(inside)
    assert kinds(desk) == ["scribble", "accept"]


def test_a_proposal_that_does_not_come_holds_up_no_click_and_is_given_up_with_the_first(desk: Desk) -> None:
    desk.page.route("**/proposal?*", lambda route: None)  # never answered
    with desk.page.expect_request("**/proposal?*"):
        desk.go(ELSEWHERE, mpp=2.5)
    with desk.page.expect_event("requestfailed", lambda request: "/proposal?" in request.url):
        desk.click(ELSEWHERE)
    desk.saved()
    assert kinds(desk) == ["scribble", "click"]
    desk.page.unroute("**/proposal?*")
    desk.page.wait_for_timeout(2500)
    expect(desk.page.locator(".proposal")).to_be_hidden()


def test_a_moving_view_gives_up_what_it_asked_for(desk: Desk) -> None:
    desk.page.route("**/proposal?*", lambda route: None)
    with desk.page.expect_request("**/proposal?*"):
        desk.go(ELSEWHERE, mpp=2.5)
    with desk.page.expect_event("requestfailed", lambda request: "/proposal?" in request.url):
        desk.go((ELSEWHERE[0] - 300, ELSEWHERE[1]), mpp=2.5)


def test_learning_is_switched_off_and_on_again_by_an_undo(desk: Desk) -> None:
    switch = desk.page.get_by_role("checkbox", name="Learn from this slide")
    part = desk.page.get_by_role("region", name="Learning")
    expect(switch).to_be_checked()
    expect(part).to_contain_text("Clicks count in other places too")
    proposed(desk)

    switch.uncheck()
    expect(desk.page.locator(".proposal")).to_be_hidden()
    expect(part).to_contain_text("answered by the networks as they are")
    assert kinds(desk) == ["scribble", "learn"]
    assert desk.info()["learns"] is False
    desk.page.wait_for_timeout(1500)
    expect(desk.page.locator(".proposal")).to_be_hidden()
    expect(switch).not_to_be_checked()

    desk.page.keyboard.press("Control+z")
    expect(switch).to_be_checked()
    desk.page.wait_for_selector(SHOWN)


def test_a_session_learns_where_its_user_chose_so_when_he_began_it(page: Page, program: Program) -> None:
    page.goto(program.url)
    choice = page.get_by_role("checkbox", name="New sessions learn from their slide")
    expect(choice).not_to_be_checked()
    choice.check()
    page.reload()
    expect(choice).to_be_checked()
    page.locator("li", has_text=SAMPLE).get_by_role("button").last.click()
    expect(page.get_by_role("checkbox", name="Learn from this slide")).to_be_checked()
    part = page.get_by_role("region", name="Learning")
    expect(part).to_contain_text("at several magnifications: fewer clicks")
    expect(part).to_contain_text("propose masks")

    page.goto(program.url)
    choice.uncheck()
    page.locator("li", has_text=SAMPLE).get_by_role("button", name="Begin anew").click()
    page.wait_for_selector(".click-list")
    expect(page.get_by_role("region", name="Learning")).to_be_hidden()
