"""A slide that is a formula and networks that are cheap functions of all that they are given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box, Click, Grid, Grids, grids_of
from zoomiseg.predict import FloatArray, ImageArray, Patch
from zoomiseg.session import Session
from zoomiseg.session._events import event_of


class StubSlide:
    """Pixels are a formula of their place, so that a slide of any size costs nothing."""

    def __init__(
        self, width: int = 5000, height: int = 4200, mpp: float = 0.5, *, name: str = "stub", seed: int = 0
    ) -> None:
        self.name = name
        self.width = width
        self.height = height
        self.mpp = (mpp, mpp)
        self.grids: Grids = grids_of(width, height, self.mpp)
        self.reads: list[Box] = []
        self.lost = False
        self._seed = seed

    def read(self, box: Box, grid: Grid) -> ImageArray:
        if self.lost:
            raise SlideError("The drive is gone.")
        self.reads.append(box)
        x = np.arange(box.x, box.right)[None, :]
        y = np.arange(box.y, box.bottom)[:, None]
        values = (x * 3 + y * 5 + self._seed) % 251
        outside = (x < 0) | (y < 0) | (x >= grid.width) | (y >= grid.height)
        grey = np.where(outside, 255, values).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)

    def fingerprint(self) -> dict[str, object]:
        return {"size": self.width * self.height, "sha256_first_mb": str(self._seed)}


@dataclass
class StubPredictor:
    """Squares that obey the clicks, the last one most, over a mix of image and mask input."""

    identity: str
    radius_px: int = 150
    calls: list[tuple[Box, tuple[Click, ...]]] = field(default_factory=list)
    masks: list[FloatArray | None] = field(default_factory=list)

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        self.calls.append((patch.frame.box, tuple(clicks)))
        self.masks.append(mask_input)
        seed = hashlib.sha256(self.identity.encode()).digest()[0]
        out = patch.image[..., 0].astype(np.float32) * np.float32((0.1 + seed / 2560) / 255)
        if mask_input is not None:
            out += mask_input * np.float32(0.6)
        for click in clicks:
            column, row = patch.frame.pixel_of(click)
            rows = slice(max(row - self.radius_px, 0), row + self.radius_px)
            columns = slice(max(column - self.radius_px, 0), column + self.radius_px)
            out[rows, columns] *= np.float32(0.2)
            out[rows, columns] += np.float32(0.75 if click.label > 0 else 0)
        inside = np.zeros(out.shape, np.float32)
        place = patch.frame.inside.slices_in(Box(0, 0, *patch.image.shape[1::-1]))
        inside[place] = np.clip(out[place], 0, 1)
        return inside

    def warm_up(self) -> None:
        pass


@dataclass
class StubPredictors:
    name: str = "stub"
    engine: str = "numpy"
    weights_sha256: str = "5" * 64
    low: StubPredictor = field(default_factory=lambda: StubPredictor("low-1"))
    high: StubPredictor = field(default_factory=lambda: StubPredictor("high-1"))

    @property
    def calls(self) -> int:
        return len(self.low.calls) + len(self.high.calls)


def whole(session: Session, *, class_: str = "tumour") -> bytes:
    """Return all that the session shows, at the high and the low scale, as bytes."""
    box = Box(0, 0, session.slide.width, session.slide.height)
    high = session.read(box, class_=class_)
    low = session.read(box, mpp=2.0, class_=class_)
    return high.tobytes() + low.tobytes()


def take_in_all(replay: Session, session: Session) -> Session:
    """Let a session replay the log of another one, with the masks that were imported there."""
    replay._imports._folder, replay._imports._known = session._imports._folder, session._imports._known
    for row in session._log.rows:
        replay._fold.apply(event_of(row))
    replay._publish(len(session._log.rows))
    return replay
