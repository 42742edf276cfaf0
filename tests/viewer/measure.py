"""How long a user waits: click to mask on screen at both scales, and whether panning stays smooth meanwhile.

Run by hand: `python -m tests.viewer.measure URL` on a server that serves the sample slide.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

from playwright.sync_api import sync_playwright

from .desk import NESTS, Desk, open_slide_page

CLICKS = 20
PAN_SECONDS = 6
WATCH = """() => {
    window.longest = []
    new PerformanceObserver((list) => window.longest.push(...list.getEntries().map((each) => each.duration)))
        .observe({ type: "longtask" })
}"""
# From the press of the button to the frame in which all that is seen is of the click's revision.
CLICK_TO_MASK = """() => new Promise((done) => {
    const canvas = document.querySelector("canvas.mask")
    const before = Number(canvas.dataset.revision)
    let began = 0
    addEventListener("pointerdown", () => { began = performance.now() }, { once: true, capture: true })
    const observer = new MutationObserver(() => {
        if (Number(canvas.dataset.revision) <= before) return
        observer.disconnect()
        requestAnimationFrame(() => done(performance.now() - began))
    })
    observer.observe(canvas, { attributes: true, attributeFilter: ["data-revision"] })
})"""
PAN = """(seconds) => new Promise((done) => {
    const viewer = OpenSeadragon.getViewer(document.querySelector(".slide"))
    const gaps = []
    const start = performance.now()
    let last = start
    const step = (now) => {
        gaps.push(now - last)
        last = now
        const phase = (now - start) / 500
        viewer.viewport.panBy(new OpenSeadragon.Point(0.002 * Math.cos(phase), 0.002 * Math.sin(phase)), true)
        if (now - start < seconds * 1000) requestAnimationFrame(step)
        else done(gaps.slice(2))
    }
    requestAnimationFrame(step)
})"""


def main(url: str) -> None:
    """Print the figures as one JSON object."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        desk = open_slide_page(page, url.rstrip("/"))
        page.evaluate(WATCH)
        desk.click(NESTS[0])
        desk.wait_for_mask(NESTS[0])
        figures: dict[str, Any] = {"low": clicks(desk)}
        desk.go((2000, 1000), mpp=0.6)
        desk.click((2000, 1000))
        desk.saved()
        figures["high"] = clicks(desk)
        figures["longest_tasks_ms"] = sorted(page.evaluate("window.longest"))[-5:]
        figures["pan"] = panning(desk)
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        browser.close()


def clicks(desk: Desk) -> dict[str, float]:
    waits = []
    x, y, width, height = (desk.page.locator(".stage").bounding_box() or {}).values()
    for i in range(CLICKS):
        at = (x + width * (0.2 + 0.6 * (i % 5) / 4), y + height * (0.3 + 0.4 * (i // 5) / 3))
        desk.page.evaluate(f"window.wait = ({CLICK_TO_MASK})(); null")
        desk.page.mouse.click(*at, button="left" if i % 2 else "right")
        waits.append(desk.page.evaluate("window.wait"))
        desk.saved()
        desk.page.wait_for_timeout(250)
    return {
        "median_ms": statistics.median(waits),
        "p95_ms": sorted(waits)[int(len(waits) * 0.95) - 1],
        "n": len(waits),
    }


def panning(desk: Desk) -> dict[str, float]:
    desk.go(NESTS[0], mpp=1.5)
    desk.page.wait_for_timeout(1000)
    desk.page.evaluate("window.longest = []; null")
    still = desk.page.evaluate(PAN, PAN_SECONDS)
    longest_still = sorted(desk.page.evaluate("window.longest"))[-3:]
    desk.page.evaluate("window.longest = []; null")
    desk.page.evaluate(f"window.pan = ({PAN})({PAN_SECONDS}); null")
    for i in range(8):
        desk.page.mouse.click(500 + 30 * i, 420, button="left" if i % 2 else "right")
        desk.page.wait_for_timeout(400)
    moving = desk.page.evaluate("window.pan")
    p95 = [sorted(each)[int(len(each) * 0.95)] for each in (still, moving)]
    longest = sorted(desk.page.evaluate("window.longest"))[-3:]
    return {
        "p95_still_ms": p95[0],
        "p95_updating_ms": p95[1],
        "ratio": p95[1] / p95[0],
        "longest_tasks_still_ms": longest_still,
        "longest_tasks_updating_ms": longest,
    }


if __name__ == "__main__":
    main(sys.argv[1])
