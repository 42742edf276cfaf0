"""Nothing is lost: the server dies, the network goes, another window works on the same session."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .desk import NESTS, STROMA, Desk, open_slide_page, shown
from .program import Program
from .test_tools import drag

SHORTLY_MS = 20_000
PROBLEM = "application/problem+json"


@pytest.fixture
def mortal(slides: Path, tmp_path: Path) -> Program:  # type: ignore[misc]
    """A server of its own for a test that kills it."""
    program = Program(slides, tmp_path / "sessions")
    program.start()
    yield program
    program.kill()


def test_clicks_made_while_the_server_is_dead_are_sent_in_order_when_it_is_back(
    page: Page, mortal: Program
) -> None:
    desk = open_slide_page(page, mortal.url)
    desk.click(NESTS[0])
    desk.saved()
    mortal.kill()
    expect(page.locator(".status")).to_contain_text("Offline", timeout=SHORTLY_MS)
    desk.click(NESTS[1])
    desk.click(STROMA, button="right")
    desk.click(NESTS[2])
    expect(page.locator(".status")).to_contain_text("3 changes kept here")
    expect(page.locator(".clicks li")).to_have_count(4)

    mortal.start()
    desk.saved()
    assert desk.clicks() == [(1, "low"), (1, "low"), (-1, "low"), (1, "low")]
    desk.wait_for_mask(NESTS[2])


def test_clicks_made_while_the_network_is_cut_are_sent_when_it_is_back(desk: Desk) -> None:
    page, context = desk.page, desk.page.context
    desk.click(NESTS[0])
    desk.saved()
    context.set_offline(True)
    desk.click(NESTS[1])
    desk.click(STROMA, button="right")
    expect(page.locator(".status")).to_contain_text("2 changes kept here")
    assert desk.clicks() == [(1, "low")]

    context.set_offline(False)
    desk.saved()
    assert desk.clicks() == [(1, "low"), (1, "low"), (-1, "low")]
    desk.wait_for_mask(NESTS[1])


def test_clicks_that_were_not_sent_outlive_their_page(
    page: Page, context: BrowserContext, mortal: Program
) -> None:
    desk = open_slide_page(page, mortal.url)
    mortal.kill()
    desk.click(NESTS[0])
    expect(page.locator(".status")).to_contain_text("1 change kept here", timeout=SHORTLY_MS)
    page.close()

    mortal.start()
    again = context.new_page()
    again.goto(f"{mortal.url}/#/session/{desk.session}")
    later = Desk(again, mortal.url, desk.session, desk.slide)
    shown(later)
    later.wait_for_mask(NESTS[0])
    later.saved()
    assert later.clicks() == [(1, "low")]


def test_an_answer_that_got_lost_is_no_second_click(desk: Desk) -> None:
    lost = []

    def lose_the_first(route):  # type: ignore[no-untyped-def]
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(route.request.post_data)
            route.abort()

    desk.page.route("**/clicks", lose_the_first)
    desk.click(NESTS[0])
    desk.saved()

    assert len(lost) == 1
    assert desk.clicks() == [(1, "low")]


def test_a_refusal_is_a_sentence_and_takes_the_dot_away(desk: Desk) -> None:
    problem = {
        "type": "about:blank",
        "title": "Unprocessable",
        "status": 422,
        "detail": "The click at (1, 2) lies in a locked region.",
        "code": "locked",
        "hint": "Unlock the region, or click outside of it.",
    }
    desk.page.route("**/clicks", lambda route: route.fulfill(status=422, json=problem, content_type=PROBLEM))
    desk.click(NESTS[0])

    expect(desk.page.locator(".toast.problem")).to_contain_text("lies in a locked region. Unlock the region")
    expect(desk.page.locator(".clicks li")).to_have_count(0)


def test_a_full_disk_is_told_and_the_click_is_saved_when_there_is_room_again(desk: Desk) -> None:
    full = {"type": "about:blank", "title": "", "status": 507, "code": "output", "hint": None}
    full["detail"] = "The session cannot be saved: no space left on the disk."
    desk.page.route("**/clicks", lambda route: route.fulfill(status=507, json=full, content_type=PROBLEM))
    desk.click(NESTS[0])
    expect(desk.page.locator(".status")).to_contain_text("no space left")

    desk.page.unroute("**/clicks")
    desk.saved()
    assert desk.clicks() == [(1, "low")]


def test_two_windows_on_one_session_show_the_same(desk: Desk, context: BrowserContext) -> None:
    other = context.new_page()
    other.goto(desk.page.url)
    second = Desk(other, desk.url, desk.session, desk.slide)
    shown(second)
    desk.click(NESTS[0])
    second.wait_for_mask(NESTS[0])
    expect(other.locator(".clicks li")).to_have_count(1)

    second.click(NESTS[1])
    desk.wait_for_mask(NESTS[1])
    expect(desk.page.locator(".clicks li")).to_have_count(2)


def test_two_users_in_two_browsers_on_one_slide_see_their_own_work_only(
    browser: Browser, slides: Path, tmp_path: Path
) -> None:
    program = Program(slides, tmp_path / "sessions", "--user-header", "X-User")
    program.start()
    try:
        contexts = [browser.new_context(extra_http_headers={"X-User": name}) for name in ("anna", "bela")]
        anna, bela = (_opened(context.new_page(), program.url) for context in contexts)
        anna.click(NESTS[0])
        bela.click(NESTS[1])
        bela.click(STROMA, button="right")
        for desk, own, count in ((anna, NESTS[0], 1), (bela, NESTS[1], 2)):
            desk.wait_for_mask(own)
            expect(desk.page.locator(".clicks li")).to_have_count(count)
            desk.page.wait_for_selector(".status[data-connection=saved]")

        bela.page.goto(anna.page.url)
        expect(bela.page.locator(".failure")).to_contain_text("There is no such session")
        bela.page.goto(program.url)
        expect(bela.page.locator(".card .state.begun")).to_have_count(1)
        expect(bela.page.locator(".earlier")).to_have_count(0)
        for context in contexts:
            context.close()
    finally:
        program.kill()


def test_an_undo_of_what_the_user_has_not_seen_is_refused_and_told(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.saved()
    conflict = {"type": "about:blank", "title": "", "status": 409, "code": "revision-conflict", "hint": None}
    conflict["detail"] = "The session is at revision 2, but the operation was made on 1."
    desk.page.route("**/undo", lambda route: route.fulfill(status=409, json=conflict, content_type=PROBLEM))
    desk.page.keyboard.press("Control+z")

    expect(desk.page.locator(".toast.problem")).to_contain_text("changed in another window")
    assert desk.clicks() == [(1, "low")]


def test_many_tabs_leave_connections_to_the_one_that_is_seen(desk: Desk, context: BrowserContext) -> None:
    """A browser has six connections to a server, and each page that hears news holds one."""
    hidden = []
    for _ in range(7):
        page = context.new_page()
        page.goto(desk.page.url)
        shown(Desk(page, desk.url, desk.session, desk.slide))
        _hide(page, True)
        hidden.append(page)
    desk.click(NESTS[0])
    desk.wait_for_mask(NESTS[0])
    desk.saved()

    # Whoever comes back is told what he missed.
    again = Desk(hidden[0], desk.url, desk.session, desk.slide)
    expect(again.page.locator(".clicks li")).to_have_count(0)
    _hide(again.page, False)
    again.wait_for_mask(NESTS[0])
    expect(again.page.locator(".clicks li")).to_have_count(1)


def test_who_clicks_while_hearing_no_news_is_still_told_of_what_others_did_before(
    desk: Desk, context: BrowserContext
) -> None:
    other = context.new_page()
    other.goto(desk.page.url)
    second = Desk(other, desk.url, desk.session, desk.slide)
    shown(second)
    _hide(desk.page, True)
    x, y = STROMA
    drag(second, "b", (x - 100, y), (x + 100, y))
    second.wait_for_mask(STROMA)
    second.saved()
    # Somewhere else: tiles that this one touches are fetched anew in any case.
    x, y = NESTS[0]
    drag(desk, "b", (x - 100, y), (x + 100, y))
    desk.wait_for_mask(NESTS[0])
    assert desk.mask_alpha(STROMA) == 0

    _hide(desk.page, False)
    desk.wait_for_mask(STROMA)


def _opened(page: Page, url: str) -> Desk:
    """Begin with the sample slide as a user does, by the list of slides."""
    page.goto(url)
    page.click("text=bcss-1015")
    page.wait_for_url("**/#/session/*")
    desk = Desk(page, url, page.url.rsplit("/", 1)[1], {"mpp": [0.25, 0.25]})
    shown(desk)
    return desk


def _hide(page: Page, hidden: bool) -> None:
    """Do what a browser does when another tab is chosen; without a window it takes all for seen."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, value: hidden })
            document.dispatchEvent(new Event("visibilitychange"))
        }""",
        hidden,
    )
