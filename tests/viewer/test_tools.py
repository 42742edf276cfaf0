"""The tools beyond the click, the display, import and export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .desk import NESTS, STROMA, Desk
from .program import Program


def drag(desk: Desk, tool: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Choose a tool and drag it from one slide pixel to another."""
    desk.page.keyboard.press(tool)
    desk.page.mouse.move(*desk.at(start))
    desk.page.mouse.down()
    desk.page.mouse.move(*desk.at(end), steps=6)
    desk.page.mouse.up()


def kinds(desk: Desk) -> list[str]:
    desk.saved()
    return [event["kind"] for event in desk.info()["events"]]


def test_the_brush_paints_where_it_goes_and_the_eraser_takes_away(desk: Desk) -> None:
    x, y = STROMA
    drag(desk, "b", (x - 300, y), (x + 300, y))
    desk.wait_for_mask((x + 100, y))
    drag(desk, "e", (x, y), (x + 300, y))
    desk.wait_for_mask((x + 100, y), there=False)

    assert desk.mask_alpha((x - 200, y)) > 0
    stroke = desk.info()["events"][0]
    assert stroke["width_um"] == pytest.approx(24 * desk.slide["width"] / 978 * 0.25, rel=0.02)


def test_a_polygon_is_closed_by_enter(desk: Desk) -> None:
    x, y = STROMA
    desk.page.keyboard.press("p")
    for corner in ((x - 200, y - 150), (x + 200, y - 150), (x, y + 200)):
        desk.click(corner)
    desk.page.keyboard.press("Enter")
    desk.wait_for_mask((x, y))

    assert kinds(desk) == ["polygon"]


def test_a_scribble_and_a_box_are_one_event_each(desk: Desk) -> None:
    x, y = NESTS[0]
    drag(desk, "s", (x - 100, y), (x + 100, y))
    drag(desk, "x", (NESTS[1][0] - 250, NESTS[1][1] - 200), (NESTS[1][0] + 250, NESTS[1][1] + 250))
    desk.wait_for_mask(NESTS[0])
    desk.wait_for_mask(NESTS[1])

    assert kinds(desk) == ["scribble", "box"]


def test_accepted_and_locked_regions_can_be_lifted_again(desk: Desk) -> None:
    drag(desk, "a", (500, 500), (1500, 1200))
    drag(desk, "l", (2000, 500), (3000, 1200))
    assert kinds(desk) == ["settle", "lock"]

    desk.page.click("[aria-label='Delete Accepted region']")
    desk.page.click("[aria-label='Delete Locked region']")
    expect(desk.page.locator(".clicks li")).to_have_count(0)
    assert kinds(desk) == ["settle", "lock", "unsettle", "unlock"]
    assert desk.info()["patches"]["settled"] == desk.info()["patches"]["locked"] == []


def test_each_class_has_its_own_mask(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.page.keyboard.press("2")
    desk.click(STROMA)
    desk.wait_for_mask(NESTS[0])
    desk.wait_for_mask(STROMA)

    assert [event["class"] for event in desk.info()["events"]] == ["tumour", "stroma"]
    expect(desk.page.locator(".class[aria-checked=true]")).to_contain_text("stroma")
    expect(desk.page.locator(".class .size").first).to_contain_text("%")


def test_the_mask_can_be_hidden_outlined_and_shown_as_probability(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.wait_for_mask(NESTS[0])
    desk.page.keyboard.press("m")
    assert desk.mask_alpha(NESTS[0]) == 0
    desk.page.keyboard.press("m")
    desk.page.keyboard.press("o")
    desk.wait_for_mask(NESTS[0], there=False)
    desk.page.keyboard.press("o")
    desk.wait_for_mask(NESTS[0])
    desk.page.keyboard.press("]")

    assert desk.page.eval_on_selector("canvas.mask", "each => each.style.opacity") == "0.85"


def test_a_dropped_geojson_is_the_start(desk: Desk, tmp_path: Path) -> None:
    x, y = STROMA
    ring = [
        [x - 200, y - 200],
        [x + 200, y - 200],
        [x + 200, y + 200],
        [x - 200, y + 200],
        [x - 200, y - 200],
    ]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    drop(desk, "start.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))

    desk.wait_for_mask(STROMA)


def test_a_dropped_file_that_is_no_start_is_refused_with_what_to_do(desk: Desk) -> None:
    drop(desk, "notes.txt", "hello")
    expect(desk.page.locator(".toast.problem")).to_contain_text("neither GeoJSON nor a TIFF. Drop a .geojson")


def test_the_copied_geojson_has_all_classes(desk: Desk) -> None:
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.click(NESTS[0])
    desk.page.keyboard.press("2")
    desk.click(STROMA)
    desk.wait_for_mask(STROMA)
    desk.saved()
    desk.page.click("text=Copy")
    expect(desk.page.locator(".toast")).to_contain_text("Copied")

    features = json.loads(desk.page.evaluate("navigator.clipboard.readText()"))["features"]
    assert {feature["properties"]["classification"]["name"] for feature in features} == {"Tumor", "stroma"}


def test_a_slide_without_a_scale_asks_for_it(page: Page, program: Program) -> None:
    page.goto(program.url)
    page.click("text=photo of a section")
    expect(page.locator("dialog")).to_contain_text("does not say its µm per pixel")
    page.click("text=40x scan")
    page.click("dialog .primary")
    page.wait_for_url("**/#/session/*")
    page.wait_for_selector(".scale-corner .magnification")


def drop(desk: Desk, name: str, text: str) -> None:
    """Drop a file on the window, as the system's file manager does."""
    desk.page.evaluate(
        """([name, text]) => {
            const dataTransfer = new DataTransfer()
            dataTransfer.items.add(new File([text], name))
            for (const type of ["dragover", "drop"]) {
                const how = { bubbles: true, cancelable: true, dataTransfer }
                document.body.dispatchEvent(new DragEvent(type, how))
            }
        }""",
        [name, text],
    )
