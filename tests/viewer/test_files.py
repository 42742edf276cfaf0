"""Masks in and out as files: of which class they are, how long they may take, and none taken in twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import expect

from .desk import NESTS, STROMA, Desk, in_new_session
from .test_tools import drop, kinds, square

PATIENCE_MS = 660_000


def test_the_mask_image_is_of_the_class_in_use(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.page.keyboard.press("2")
    desk.click(STROMA)
    desk.wait_for_mask(STROMA)
    desk.saved()
    with desk.page.expect_download() as download:
        desk.page.click("text=mask image of stroma")
    assert download.value.suggested_filename == "bcss-1015-stroma.tiff"

    desk.page.keyboard.press("1")
    with desk.page.expect_download() as download:
        desk.page.click("text=mask image of tumour")
    assert download.value.suggested_filename == "bcss-1015-tumour.tiff"


def test_no_mask_image_is_given_of_what_is_not_saved_or_of_a_class_without_mask(desk: Desk) -> None:
    desk.page.keyboard.press("2")
    desk.page.click("text=mask image of stroma")
    expect(desk.page.locator(".toast.problem")).to_contain_text("There is no mask of stroma")
    desk.page.route("**/clicks", lambda route: route.abort())
    desk.page.keyboard.press("1")
    desk.click(NESTS[0])
    desk.page.click("text=mask image of tumour")
    expect(desk.page.locator(".toast.problem").last).to_contain_text("Some clicks are not saved yet")


def test_files_may_take_longer_than_the_server_allows_for_decoding_them(desk: Desk) -> None:
    limits = "() => globalThis.limits"
    desk.page.evaluate(
        """() => {
            const timeout = AbortSignal.timeout
            globalThis.limits = []
            AbortSignal.timeout = (ms) => (globalThis.limits.push(ms), timeout.call(AbortSignal, ms))
        }"""
    )
    drop(desk, "start.geojson", square(STROMA).encode())
    desk.wait_for_mask(STROMA)
    assert PATIENCE_MS in desk.page.evaluate(limits)
    desk.saved()
    desk.page.evaluate("() => { globalThis.limits = [] }")
    with desk.page.expect_download():
        desk.page.click("text=Download")
    assert PATIENCE_MS in desk.page.evaluate(limits)


def test_an_import_whose_answer_was_lost_is_told_as_such_and_not_taken_in_twice(desk: Desk) -> None:
    with losing_the_first(desk, r"/import\?") as ids:
        drop(desk, "start.geojson", square(STROMA).encode())
        told = desk.page.locator(".toast.problem")
        expect(told).to_contain_text("start.geojson may not be in the session")
        expect(told).to_contain_text("it is not taken in twice")
        expect(told).not_to_contain_text("clicks are kept")
        desk.wait_for_mask(STROMA)
        drop(desk, "start.geojson", square(STROMA).encode())
        expect(desk.page.locator(".toast.info").last).to_contain_text("start.geojson is the mask now")
    assert (len(ids), len(set(ids))) == (2, 1)
    assert kinds(desk) == ["import"]


def test_a_file_that_was_taken_in_and_is_opened_once_more_is_another_operation(desk: Desk) -> None:
    drop(desk, "start.geojson", square(STROMA).encode())
    desk.wait_for_mask(STROMA)
    desk.page.keyboard.press("Control+z")
    desk.wait_for_mask(STROMA, there=False)
    desk.saved()
    drop(desk, "start.geojson", square(STROMA).encode())
    desk.wait_for_mask(STROMA)
    assert kinds(desk) == ["import"]


def test_a_new_session_is_gone_to_even_if_the_answer_to_its_file_was_lost(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.saved()
    before = sessions(desk)
    with losing_the_first(desk, r"/import\?") as ids:
        drop(desk, "start.geojson", square(STROMA).encode())
        desk.page.get_by_role("button", name="Begin a new session").click()
        later = in_new_session(desk)
        later.wait_for_mask(STROMA)
        expect(desk.page.locator(".toast.problem")).to_contain_text("start.geojson may not be in the session")
        drop(later, "start.geojson", square(STROMA).encode())
        expect(desk.page.locator(".toast.info").last).to_contain_text("start.geojson is the mask now")
    assert (len(ids), len(set(ids))) == (2, 1)
    assert kinds(later) == ["import"]
    assert sessions(desk) - before == {later.session}


def test_a_new_session_whose_answer_was_lost_is_not_made_twice(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.saved()
    before = sessions(desk)
    with losing_the_first(desk, "/api/v1/sessions$") as ids:
        drop(desk, "start.geojson", square(STROMA).encode())
        desk.page.get_by_role("button", name="Begin a new session").click()
        expect(desk.page.locator(".toast.problem")).to_contain_text("no session was opened")
        drop(desk, "start.geojson", square(STROMA).encode())
        later = in_new_session(desk)
    later.wait_for_mask(STROMA)
    assert (len(ids), len(set(ids))) == (2, 1)
    assert sessions(desk) - before == {later.session}


@contextmanager
def losing_the_first(desk: Desk, address: str) -> Iterator[list[str]]:
    """Lose the first answer to an address on its way back; lend the ids of all operations sent there."""
    # In the page itself: a file that is sent does not pass through what Playwright intercepts.
    desk.page.evaluate(
        """(address) => {
            const real = globalThis.fetch
            globalThis.operations = []
            globalThis.fetch = async (url, options) => {
                const answer = await real(url, options)
                if (!new RegExp(address).test(url) || options.method !== "POST") return answer
                const id = new URL(url, location.href).searchParams.get("op_id")
                globalThis.operations.push(id ?? JSON.parse(options.body).op_id)
                if (globalThis.operations.length === 1) throw new TypeError("lost on its way")
                return answer
            }
        }""",
        address,
    )
    ids: list[str] = []
    yield ids
    ids += desk.page.evaluate("globalThis.operations")


def sessions(desk: Desk) -> set[str]:
    """The ids of all sessions that there are."""
    return {each["id"] for each in httpx.get(f"{desk.url}/api/v1/sessions", timeout=60).json()}
