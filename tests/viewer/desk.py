"""What a user does on the workplace's page, and what he sees there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import httpx
from playwright.sync_api import Page

SAMPLE = "bcss-1015.tif"
# Slide pixels: well inside three nests of tumour, and in stroma, as the experts outlined them.
NESTS = ((3086, 1140), (658, 210), (2002, 107))
# Lines inside the same nests.
NEST_LINES = (((2900, 1100), (3300, 1180)), ((500, 200), (900, 230)), ((1850, 107), (2150, 107)))
STROMA = (1400, 1150)
WIDE = "wide.tif"
"""Three times the sample from left to right, twice from top to bottom, each beside its mirror image."""


@dataclass(frozen=True)
class Desk:
    """The page of one session.

    Args:
        page: The browser's.
        url: The server's.
        session: The session's id.
        slide: The slide as the API describes it.
    """

    page: Page
    url: str
    session: str
    slide: dict[str, Any]

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1/sessions/{self.session}"

    def info(self) -> dict[str, Any]:
        """The session as the server has it."""
        info: dict[str, Any] = httpx.get(self.api, timeout=60).json()
        return info

    def clicks(self) -> list[tuple[int, str]]:
        """The clicks in force, as (label, scale)."""
        return [(each["label"], each["scale"]) for each in self.info()["events"] if each["kind"] == "click"]

    def at(self, slide_xy: tuple[float, float]) -> tuple[float, float]:
        """Return where a slide pixel is on the page, which has come to rest."""
        x, y = self.page.evaluate(
            """async ([x, y]) => {
                const viewer = OpenSeadragon.getViewer(document.querySelector(".slide"))
                const item = viewer.world.getItemAt(0)
                const at = item.imageToWindowCoordinates(new OpenSeadragon.Point(x, y))
                return [at.x, at.y]
            }""",
            list(slide_xy),
        )
        return x, y

    def click(self, slide_xy: tuple[float, float], **how: Any) -> None:
        self.page.mouse.click(*self.at(slide_xy), **how)

    def scribble(self, start_xy: tuple[float, float], end_xy: tuple[float, float]) -> None:
        """Draw a line from one slide pixel to another that belongs to the class."""
        self.page.keyboard.press("s")
        self.page.mouse.move(*self.at(start_xy))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(end_xy), steps=6)
        self.page.mouse.up()
        self.page.keyboard.press("c")

    def go(self, slide_xy: tuple[float, float], mpp: float) -> None:
        """Show a slide pixel in the middle, at so many µm per pixel of the screen, at once."""
        self.page.evaluate(
            """([x, y, mpp, slideMpp]) => {
                const viewer = OpenSeadragon.getViewer(document.querySelector(".slide"))
                const item = viewer.world.getItemAt(0)
                viewer.viewport.zoomTo(item.imageToViewportZoom(slideMpp / mpp), null, true)
                viewer.viewport.panTo(item.imageToViewportCoordinates(x, y), true)
            }""",
            [*slide_xy, mpp, self.slide["mpp"][0]],
        )
        self.settled()

    def settled(self) -> None:
        """Wait until all tiles are there."""
        # What a move lacks is known only once the frame after it is drawn; until then all seems to be there.
        self.page.evaluate(
            """() => new Promise((done) => {
                const viewer = OpenSeadragon.getViewer(document.querySelector(".slide"))
                const twoFrames = (then) => requestAnimationFrame(() => requestAnimationFrame(then))
                twoFrames(() => viewer.whenFullyLoaded(() => twoFrames(done)))
            })"""
        )

    def saved(self) -> None:
        """Wait until all is saved, nothing is being computed, and the mask on screen is the newest."""
        self.page.wait_for_selector(".status[data-connection=saved]")
        self.page.wait_for_selector(".progress", state="hidden")
        self.page.wait_for_function(
            "(revision) => Number(document.querySelector('canvas.mask').dataset.revision) >= revision",
            arg=self.info()["revision"],
        )

    def mask_alpha(self, slide_xy: tuple[float, float]) -> int:
        """Return how opaque the mask is drawn there, 0 to 255."""
        alpha: int = self.page.evaluate(
            """([x, y]) => {
                const canvas = document.querySelector("canvas.mask")
                const { left, top } = canvas.getBoundingClientRect()
                const at = [(x - left) * devicePixelRatio, (y - top) * devicePixelRatio]
                return canvas.getContext("2d").getImageData(...at, 1, 1).data[3]
            }""",
            list(self.at(slide_xy)),
        )
        return alpha

    def wait_for_mask(self, slide_xy: tuple[float, float], *, there: bool = True) -> None:
        """Wait until the mask is drawn there, or no more."""
        for _ in range(600):
            if (self.mask_alpha(slide_xy) > 0) == there:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the mask at {slide_xy} did not {'come' if there else 'go'}")


def open_slide_page(page: Page, url: str, name: str = SAMPLE, *, adapt: str = "off") -> Desk:
    """Make a session and open its page."""
    slide = next(
        each for each in httpx.get(f"{url}/api/v1/slides", timeout=60).json() if each["name"] == name
    )
    wish = {"slide": slide["id"], "adapt": adapt}
    session = httpx.post(f"{url}/api/v1/sessions", json=wish, timeout=60).json()["id"]
    page.goto(f"{url}/#/session/{session}")
    desk = Desk(page, url, session, slide)
    shown(desk)
    return desk


def shown(desk: Desk) -> None:
    """Wait until the slide is on screen."""
    desk.page.wait_for_function(
        """() => document.querySelector(".slide") && OpenSeadragon.getViewer(document.querySelector(".slide"))
            ?.world.getItemAt(0)"""
    )
    desk.settled()


def in_new_session(desk: Desk) -> Desk:
    """Wait until the page has gone to another session, and return that one's desk."""
    desk.page.wait_for_function("(old) => !location.hash.includes(old)", arg=desk.session)
    later = replace(desk, session=desk.page.url.rsplit("/", 1)[1])
    shown(later)
    return later
