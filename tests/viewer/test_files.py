"""Masks out and in as files."""

from __future__ import annotations

from playwright.sync_api import expect

from .desk import NESTS, STROMA, Desk


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
