"""From a slide's page over clicks at both scales to a file for QuPath."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect
from shapely.geometry import Point, shape

from .desk import NESTS, STROMA, Desk, shown
from .program import Program

TUMOUR, NOT = 1, -1


def test_a_pathologist_comes_from_the_list_of_slides_to_outlines_that_hold_the_clicked_places(
    page: Page, program: Program, tmp_path: Path
) -> None:
    page.goto(program.url)
    page.click("text=bcss-1015")
    expect(page.locator(".hint")).to_contain_text("Click on tumour. Right-click where it is not tumour.")
    desk = _desk_of(page, program)

    desk.click(NESTS[0])
    desk.wait_for_mask(NESTS[0])
    desk.go(NESTS[1], mpp=0.5)
    expect(page.locator(".listening")).to_have_text("Detail (20x)")
    desk.click(NESTS[1])
    desk.wait_for_mask(NESTS[1])
    desk.click((NESTS[1][0] + 420, NESTS[1][1] + 160), button="right")
    desk.saved()

    assert desk.clicks() == [(TUMOUR, "low"), (TUMOUR, "high"), (NOT, "high")]
    with page.expect_download() as download:
        page.click(".exports .primary")
    download.value.save_as(tmp_path / "tumour.geojson")
    features = json.loads((tmp_path / "tumour.geojson").read_text("utf-8"))["features"]
    for nest in NESTS[:2]:
        assert any(shape(feature["geometry"]).contains(Point(nest)) for feature in features), nest


def test_the_dot_is_there_in_the_next_frame(desk: Desk) -> None:
    frames = desk.page.evaluate(
        """([x, y]) => new Promise((done) => {
            const canvas = document.querySelector("canvas.overlay")
            const { left, top } = canvas.getBoundingClientRect()
            const drawn = () => canvas.getContext("2d").getImageData(x - left, y - top, 1, 1).data[3] > 0
            const target = document.elementFromPoint(x, y)
            const event = (type, buttons) => target.dispatchEvent(new PointerEvent(type, {
                bubbles: true, clientX: x, clientY: y, pageX: x, pageY: y, pointerId: 1, pointerType: "mouse",
                isPrimary: true, button: 0, buttons,
            }))
            event("pointerenter", 0)
            event("pointerdown", 1)
            event("pointerup", 0)
            let frames = 0
            const look = () => {
                frames++
                if (drawn()) done(frames)
                else if (frames < 60) requestAnimationFrame(look)
                else done(-1)
            }
            requestAnimationFrame(look)
        })""",
        list(desk.at(NESTS[0])),
    )
    assert frames == 1


def test_alt_and_the_right_button_say_not_tumour(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.page.keyboard.down("Alt")
    desk.click(STROMA)
    desk.page.keyboard.up("Alt")
    desk.click((STROMA[0] + 200, STROMA[1]), button="right")
    desk.saved()

    assert desk.clicks() == [(TUMOUR, "low"), (NOT, "low"), (NOT, "low")]


def test_a_hand_that_trembles_clicks_where_it_pressed_and_a_drag_moves_the_slide(desk: Desk) -> None:
    mouse, (x, y) = desk.page.mouse, desk.at(NESTS[0])
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 3, y + 4)
    mouse.move(x + 2, y - 3)
    mouse.up()
    assert desk.at(NESTS[0]) == (x, y)

    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 60, y - 20, steps=4)
    mouse.up()
    desk.page.wait_for_timeout(800)
    desk.saved()

    (click,) = desk.info()["events"]
    scale = desk.slide["width"] / 978
    assert abs(click["x"] - NESTS[0][0]) < scale
    assert abs(click["y"] - NESTS[0][1]) < scale
    assert desk.at(NESTS[0])[0] < x - 40


def test_who_listens_can_be_pinned(desk: Desk) -> None:
    desk.page.click("text=Detail (20x)")
    desk.click(NESTS[0])
    desk.page.click("text=Auto")
    desk.click(NESTS[1])
    desk.saved()

    assert desk.clicks() == [(TUMOUR, "high"), (TUMOUR, "low")]


def test_undo_redo_and_delete_take_masks_away_and_bring_them_back(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.wait_for_mask(NESTS[0])
    desk.page.keyboard.press("Control+z")
    desk.wait_for_mask(NESTS[0], there=False)
    desk.page.keyboard.press("Control+Shift+z")
    desk.wait_for_mask(NESTS[0])
    desk.page.click("[aria-label='Delete tumour']")
    desk.wait_for_mask(NESTS[0], there=False)
    desk.page.keyboard.press("Control+z")
    desk.wait_for_mask(NESTS[0])


def test_all_is_there_after_a_reload(desk: Desk) -> None:
    desk.click(NESTS[0])
    desk.saved()
    desk.page.reload()
    shown(desk)
    desk.wait_for_mask(NESTS[0])

    expect(desk.page.locator(".clicks li")).to_have_count(1)


def test_keys_alone_are_enough(desk: Desk) -> None:
    page = desk.page
    page.locator(".openseadragon-canvas").first.focus()
    desk.go(NESTS[0], mpp=1.5)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(600)
    page.keyboard.press("Shift+Enter")
    desk.saved()

    assert desk.clicks() == [(TUMOUR, "low"), (NOT, "low")]


def _desk_of(page: Page, program: Program) -> Desk:
    page.wait_for_url("**/#/session/*")
    session = page.url.rsplit("/", 1)[1]
    desk = Desk(page, program.url, session, {"mpp": [0.25, 0.25]})
    shown(desk)
    return desk
