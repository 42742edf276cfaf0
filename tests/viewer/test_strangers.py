"""What answers in the server's place, as a proxy or its login page, costs no click and stops nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from .desk import NESTS, Desk

SHORTLY_MS = 20_000
LOGIN = "<!doctype html><title>Sign in</title><form>Who are you?</form>"
HTML = "text/html"
JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "kind"),
    [(LOGIN, HTML), ('{"revision": 1, "chang', JSON), ('{"signed_in": false}', JSON)],
    ids=["a login page", "a body that is cut off", "somebody else's JSON"],
)
def test_an_answer_that_is_not_the_servers_is_none_and_the_click_is_sent_again(
    desk: Desk, body: str, kind: str
) -> None:
    desk.page.route("**/clicks", lambda route: route.fulfill(status=200, body=body, content_type=kind))
    desk.click(NESTS[0])
    status = desk.page.locator(".status")
    expect(status).to_contain_text("Offline, 1 change kept here", timeout=SHORTLY_MS)

    desk.page.unroute("**/clicks")
    desk.page.wait_for_selector(".status[data-connection=saved]", timeout=SHORTLY_MS)
    assert desk.clicks() == [(1, "low")]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(403, LOGIN, HTML), (404, "no such route", "text/plain"), (404, '{"detail": "Not Found"}', JSON)],
)
def test_a_refusal_that_is_not_the_servers_keeps_the_click_until_the_server_answers(
    desk: Desk, status: int, body: str, kind: str
) -> None:
    desk.page.route("**/clicks", lambda route: route.fulfill(status=status, body=body, content_type=kind))
    desk.click(NESTS[0])
    told = desk.page.locator(".status")
    expect(told).to_contain_text("Not saved, 1 change kept here", timeout=SHORTLY_MS)
    expect(told).to_contain_text(f"such as a proxy, answered {status}")
    expect(desk.page.locator(".clicks li")).to_have_count(1)

    desk.page.unroute("**/clicks")
    desk.page.wait_for_selector(".status[data-connection=saved]", timeout=SHORTLY_MS)
    assert desk.clicks() == [(1, "low")]


def test_an_outcome_that_cannot_be_shown_does_not_hold_up_what_comes_after(
    desk: Desk, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(desk.url)
    left = page.evaluate(
        """async () => {
            const { OperationQueue } = await import("/js/queue.js")
            const sent = []
            const queue = new OperationQueue({
                session: "of-this-test",
                storage: localStorage,
                send: async ({ op_id }) => ({ revision: sent.push(op_id), changed: [] }),
                onChange: () => {},
                onDone: ({ op_id }) => { if (op_id === "first") throw new Error("cannot be shown") },
                onRefused: (operation) => sent.push(`refused ${operation.op_id}`),
            })
            for (const op_id of ["first", "second"]) queue.add({ op_id, method: "POST", path: "clicks" })
            await new Promise((done) => setTimeout(done, 3000))
            return [sent, queue.waiting.length, queue.trouble]
        }"""
    )
    assert left == [["first", "second"], 0, None]
