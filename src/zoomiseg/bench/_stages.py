"""The stages of a click, each by itself, and a click from the hand to the mask tile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np

from zoomiseg.geometry import PATCH_SIZE, Box, Click, ScaleName
from zoomiseg.guidance import guidance
from zoomiseg.predict import OpenVinoPredictor, Predictors
from zoomiseg.server import mask_png
from zoomiseg.session import Session
from zoomiseg.slide import Slide, open_slide

from ._clock import Times, Work
from ._scene import CLICKS, clicks_in, frame_of

SCALES: tuple[ScaleName, ...] = ("low", "high")
TILE_PX = 256
_TILE_MPP: dict[ScaleName, float] = {"low": 2.0, "high": 0.5}


def time_reading(times: Times, path: Path, *, rounds: int) -> None:
    """Time the pixels of a patch: cold from a slide just opened, warm from its decoded tiles."""
    with open_slide(path) as warm:
        for scale in SCALES:
            _reading(warm, scale)()
            for _ in range(rounds):
                with open_slide(path) as cold:
                    work = {
                        f"read {scale} cold": _reading(cold, scale),
                        f"read {scale} warm": _reading(warm, scale),
                    }
                    times.interleave(work, rounds=1, untimed=0)


def _reading(slide: Slide, scale: ScaleName) -> Work:
    frame = frame_of(slide, scale)
    return lambda: slide.read(frame.box, frame.grid)


def guidance_work() -> Work:
    """Return the drawing of ten clicks and a mask input."""
    points = [(100 + 80 * index, 500, 1) for index in range(CLICKS)]
    mask = np.zeros((PATCH_SIZE, PATCH_SIZE), np.float32)
    return lambda: guidance(points, mask, PATCH_SIZE, PATCH_SIZE, radius_px=5)


def network_work(predictor: OpenVinoPredictor, scale: ScaleName) -> dict[str, Work]:
    """Return runs of the network: cold on pixels that it has not seen, warm on those it has."""
    maps = guidance([(500, 500, 1)], None, PATCH_SIZE, PATCH_SIZE, radius_px=5)[None]
    pixels, seen = (np.full((PATCH_SIZE, PATCH_SIZE, 3), value, np.uint8) for value in (200, 100))
    fresh = count()

    def cold() -> None:
        pixels.reshape(-1)[:8] = np.frombuffer(next(fresh).to_bytes(8, "little"), np.uint8)
        predictor.run(pixels, maps)

    return {f"network {scale} cold": cold, f"network {scale} warm": lambda: predictor.run(seen, maps)}


class Clicking:
    """Clicks on one patch of an open session, each answered with the mask tile around it.

    Args:
        slide: The slide.
        predictors: The networks.
        scale: Where it is clicked.
    """

    def __init__(self, slide: Slide, predictors: Predictors, scale: ScaleName) -> None:
        self.session = Session(slide, predictors=predictors)
        self._scale = scale
        self._clicks = iter(clicks_in(frame_of(slide, scale)) * 1000)
        self._last: Click | None = None

    def click(self) -> None:
        """From the click to the encoded tile."""
        click = next(self._clicks)
        self.session.click(x=click.x, y=click.y, label=click.label, scale=self._scale)
        self._last = click
        self.tile()

    def tile(self) -> bytes:
        """Return the tile around the last click."""
        return mask_png(self.compose() >= 0.5)

    def compose(self) -> np.ndarray:
        """Return the probability in the tile around the last click."""
        assert self._last is not None, "something was clicked"
        mpp = _TILE_MPP[self._scale]
        side = round(TILE_PX * mpp / self.session.slide.mpp[0])
        box = Box(int(self._last.x) - side // 2, int(self._last.y) - side // 2, side, side)
        return self.session.read(box, mpp=mpp)


@contextmanager
def clicking(path: Path, predictors: Predictors, scale: ScaleName) -> Iterator[Clicking]:
    """Lend a session that was clicked once, so that pixels are cached and patches open."""
    with open_slide(path) as slide:
        hands = Clicking(slide, predictors, scale)
        with hands.session:
            hands.click()
            yield hands


def time_first_clicks(
    times: Times, path: Path, load: Callable[[], Predictors], scale: ScaleName, *, rounds: int
) -> None:
    """Time the first click on a slide just opened, networks compiled, nothing read and no tissue seen.

    Args:
        times: Where to.
        path: The slide.
        load: Returns networks that have seen no tissue yet.
        scale: Where it is clicked.
        rounds: How often.
    """
    for _ in range(rounds):
        predictors = load()
        predictors.warm_up()
        with open_slide(path) as slide:
            hands = Clicking(slide, predictors, scale)
            with hands.session:
                times.interleave({f"end to end {scale} cold": hands.click}, rounds=1, untimed=0)
