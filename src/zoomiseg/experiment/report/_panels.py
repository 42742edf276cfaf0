"""Small pictures of a mask: over its image with the clicks, against the truth, and as a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.geometry import Box

from ..metrics import MaskArray

ByteArray = NDArray[np.uint8]
LONGEST_PX = 330
"""Longest side of a panel."""
# Okabe and Ito's colours: apart for all kinds of colour blindness. RGB.
MASK = (0, 114, 178)
TRUTH = (240, 228, 66)
MISSED = (0, 114, 178)
WRONGLY = (230, 120, 0)
RIGHT = (205, 205, 205)
POSITIVE = (0, 158, 115)
NEGATIVE = (213, 94, 0)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_FILL = 0.3


@dataclass(frozen=True, slots=True)
class PlacedClick:
    """A click as it is drawn; x and y in high pixels of the slide."""

    x: float
    y: float
    label: int


@dataclass(frozen=True)
class View:
    """A part of a slide as panels show it.

    Args:
        box: In high pixels.
        image: (H, W, 3) uint8 RGB of the panel's size.
        truth: (H, W) bool on the high grid, of `box`.
    """

    box: Box
    image: ByteArray
    truth: MaskArray

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its panels."""
        return self.image.shape[1], self.image.shape[0]

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Return the panel's pixel for a point in high pixels."""
        width, height = self.size
        return (
            int((x - self.box.x) * width / self.box.width),
            int((y - self.box.y) * height / self.box.height),
        )


def panel_size(box: Box) -> tuple[int, int]:
    """Return the width and height of a panel that shows a box."""
    factor = LONGEST_PX / max(box.width, box.height)
    return max(round(box.width * factor), 1), max(round(box.height * factor), 1)


def fitted(image: ByteArray, box: Box) -> ByteArray:
    """Return an image of a box, of any resolution, in the size of its panel."""
    size = panel_size(box)
    way = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)


def overlay(view: View, mask: MaskArray | None, clicks: Sequence[PlacedClick] = ()) -> ByteArray:
    """Return the image with the mask in blue, the truth's outline in yellow, and the clicks.

    Args:
        view: Where.
        mask: (H, W) bool on the high grid, of the view's box; None: only image and truth.
        clicks: Those outside the view are left out.
    """
    picture = view.image.copy()
    if mask is not None:
        share = _share(mask, view.size)[..., None]
        tinted = picture + (np.asarray(MASK, np.float32) - picture) * _FILL * share
        picture = np.rint(tinted).astype(np.uint8)
        _outline(picture, mask, view.size, MASK, 2)
    _outline(picture, view.truth, view.size, TRUTH, 1)
    for click in clicks:
        if view.box.contains(click.x, click.y):
            _draw_click(picture, view.at(click.x, click.y), click.label)
    return picture


def errors(view: View, mask: MaskArray, boxes: Sequence[Box] = ()) -> ByteArray:
    """Return what is missed in blue, wrongly marked in orange, right in grey, on white; boxes in black."""
    weights = [
        (_share(mask & view.truth, view.size), RIGHT),
        (_share(view.truth & ~mask, view.size), MISSED),
        (_share(mask & ~view.truth, view.size), WRONGLY),
    ]
    picture = np.full((*view.image.shape[:2], 3), 255, np.float32)
    for share, colour in weights:
        picture += share[..., None] * (np.asarray(colour, np.float32) - 255)
    drawn: ByteArray = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
    for box in boxes:
        cv2.rectangle(drawn, view.at(box.x, box.y), view.at(box.right, box.bottom), _BLACK, 2)
    return drawn


def probability_panel(probability: ByteArray, box: Box) -> ByteArray:
    """Return a probability, (H, W) uint8 of a box, from dark blue (0) to yellow (1)."""
    colours = cv2.applyColorMap(fitted(probability, box), cv2.COLORMAP_CIVIDIS)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), np.uint8)


def jpeg(picture: ByteArray) -> bytes:
    """Return a photograph as a file."""
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=75, optimize=True)
    return stream.getvalue()


def png(picture: ByteArray) -> bytes:
    """Return a drawing of few colours as a file, in 48 of them."""
    stream = BytesIO()
    few = Image.fromarray(picture).quantize(48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _share(mask: MaskArray, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return how much of each of the panel's pixels is marked."""
    way = cv2.INTER_AREA if size[0] < mask.shape[1] else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=way), np.float32)


def _outline(
    picture: ByteArray, mask: MaskArray, size: tuple[int, int], colour: tuple[int, int, int], width: int
) -> None:
    inside = (_share(mask, size) >= 0.5).astype(np.uint8)
    lines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, lines, -1, colour, width, cv2.LINE_AA)


def _draw_click(picture: ByteArray, at: tuple[int, int], label: int) -> None:
    """Draw a disk with a plus or a minus: shape tells what colour tells."""
    cv2.circle(picture, at, 7, _WHITE, -1, cv2.LINE_AA)
    cv2.circle(picture, at, 6, POSITIVE if label > 0 else NEGATIVE, -1, cv2.LINE_AA)
    x, y = at
    cv2.line(picture, (x - 3, y), (x + 3, y), _WHITE, 2)
    if label > 0:
        cv2.line(picture, (x, y - 3), (x, y + 3), _WHITE, 2)
