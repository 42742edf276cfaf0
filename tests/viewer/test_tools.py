"""The tools beyond the click, the display, import and export."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from .desk import NESTS, STROMA, Desk, in_new_session, shown
from .program import Program


def drag(
    desk: Desk,
    tool: str,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    button: Literal["left", "right"] = "left",
) -> None:
    """Choose a tool and drag it from one slide pixel to another."""
    desk.page.keyboard.press(tool)
    desk.page.mouse.move(*desk.at(start))
    desk.page.mouse.down(button=button)
    desk.page.mouse.move(*desk.at(end), steps=6)
    desk.page.mouse.up(button=button)


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


def test_a_double_click_closes_a_polygon_and_a_corner_can_be_taken_back(desk: Desk) -> None:
    x, y = STROMA
    desk.page.keyboard.press("p")
    for corner in ((x - 200, y - 150), (x + 200, y - 150), (x + 900, y)):
        desk.click(corner)
    desk.page.keyboard.press("Backspace")
    desk.click((x, y + 200), click_count=2)
    desk.wait_for_mask((x, y))

    assert kinds(desk) == ["polygon"]
    assert len(desk.info()["events"][0]["rings"][0]) == 3


def test_the_right_button_turns_scribble_and_brush_into_their_opposites(desk: Desk) -> None:
    x, y = STROMA
    drag(desk, "b", (x - 300, y), (x + 300, y))
    desk.wait_for_mask((x, y))
    drag(desk, "b", (x - 50, y), (x + 50, y), button="right")
    drag(desk, "s", (x - 300, y + 300), (x, y + 300), button="right")
    desk.wait_for_mask((x, y), there=False)

    assert kinds(desk) == ["stroke", "stroke", "scribble"]
    first, second, third = desk.info()["events"]
    assert (first["mode"], second["mode"], third["label"]) == ("add", "erase", -1)


def test_a_tool_says_what_it_does_and_the_slide_keeps_the_keys(desk: Desk) -> None:
    strip = desk.page.locator(".tool-strip")
    expect(strip).to_be_hidden()
    desk.page.click("[data-tool=lock]")
    expect(strip).to_contain_text("nothing in it changes any more")
    desk.page.click("[data-tool=click]")
    expect(strip).to_be_hidden()
    # Space would press the button again if that had kept the focus.
    desk.page.click(".toolbar .sign")
    desk.page.keyboard.press("Space")
    expect(desk.page.locator(".toolbar .sign")).to_have_attribute("data-sign", "minus")


def test_a_dropped_geojson_is_the_start(desk: Desk) -> None:
    drop(desk, "start.geojson", square(STROMA).encode())
    desk.wait_for_mask(STROMA)
    desk.page.click("[aria-label='Delete Imported']")
    desk.wait_for_mask(STROMA, there=False)


def test_a_dropped_mask_tiff_is_the_start_and_is_repaired_by_clicks(desk: Desk) -> None:
    width, height = desk.slide["width"] // 8, desk.slide["height"] // 8
    mask = np.zeros((height, width), np.uint8)
    mask[100:190, 120:240] = 1
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "TIFF")
    drop(desk, "mask of a colleague.tif", file.getvalue())
    inside = (8 * 180, 8 * 145)
    desk.wait_for_mask(inside)
    desk.go(inside, mpp=1.0)
    desk.click(inside, button="right")
    desk.wait_for_mask(inside, there=False)

    assert kinds(desk) == ["import", "click"]


def test_a_file_is_added_to_what_is_there_already(desk: Desk, tmp_path: Path) -> None:
    desk.click(NESTS[0])
    desk.wait_for_mask(NESTS[0])
    path = tmp_path / "more.geojson"
    path.write_text(square(STROMA))
    with desk.page.expect_file_chooser() as chooser:
        desk.page.click("text=open it")
    chooser.value.set_files(path)
    desk.page.get_by_role("button", name="Add", exact=True).click()
    desk.wait_for_mask(STROMA)

    assert kinds(desk) == ["click", "polygon"]
    assert desk.mask_alpha(NESTS[0]) > 0


def test_a_file_begins_a_new_session_and_the_earlier_one_is_found_again(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.saved()
    drop(desk, "start.geojson", square(STROMA).encode())
    desk.page.get_by_role("button", name="Begin a new session").click()
    later = in_new_session(desk)
    later.wait_for_mask(STROMA)
    assert kinds(later) == ["import"]

    desk.page.click("[aria-label='All slides']")
    desk.page.locator("li", has_text="bcss-1015").locator("summary").first.click()
    desk.page.click(f"a[href*='{desk.session}']")
    desk.page.wait_for_url(f"**/#/session/{desk.session}")
    shown(desk)
    desk.wait_for_mask(NESTS[0])


def test_a_dropped_file_that_is_no_start_is_refused_with_what_to_do(desk: Desk) -> None:
    drop(desk, "notes.txt", b"hello")
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


def square(middle: tuple[int, int]) -> str:
    """A GeoJSON file with one square of 400 pixels."""
    x, y = middle
    ring = [[x + 200 * i, y + 200 * j] for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def drop(desk: Desk, name: str, data: bytes) -> None:
    """Drop a file on the window, as the system's file manager does."""
    desk.page.evaluate(
        """([name, data]) => {
            const dataTransfer = new DataTransfer()
            const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0))
            dataTransfer.items.add(new File([bytes], name, { lastModified: 0 }))
            for (const type of ["dragover", "drop"]) {
                const how = { bubbles: true, cancelable: true, dataTransfer }
                document.body.dispatchEvent(new DragEvent(type, how))
            }
        }""",
        [name, base64.b64encode(data).decode()],
    )
