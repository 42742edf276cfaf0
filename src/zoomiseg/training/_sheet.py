"""A contact sheet of clicked images: target outlined, clicks dotted, all but the prediction faded."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.robot import THRESHOLD

from ._stored import ImageArray
from ._validation import Clicked

TILE_PX, COLUMNS = 288, 4
_GAP_PX, _PAPER = 8, 255
_DOT_PX, _RIM_PX = 4, 2
_FADED = 0.6
# Told apart by the colour-blind too.
_OUTLINE, _HALO = (240, 228, 66), (40, 40, 40)
_POSITIVE, _NEGATIVE, _RIM = (0, 158, 115), (213, 94, 0), (255, 255, 255)


def contact_sheet(clicked: Sequence[Clicked]) -> ImageArray:
    """Return (H, W, 3) uint8 RGB: the images in rows of four, each brought to 288 pixels.

    The target's outline is yellow, what is not predicted is faded, positive clicks are green and negative
    ones red.
    """
    columns = min(len(clicked), COLUMNS)
    rows = -(-len(clicked) // COLUMNS)
    step = TILE_PX + _GAP_PX
    sheet = np.full((rows * step + _GAP_PX, columns * step + _GAP_PX, 3), _PAPER, np.uint8)
    for index, each in enumerate(clicked):
        row, column = divmod(index, COLUMNS)
        tile = _tile(each)
        top, left = _GAP_PX + row * step, _GAP_PX + column * step
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def _tile(clicked: Clicked) -> ImageArray:
    height, width = clicked.target.shape
    factor = TILE_PX / max(height, width)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    tile = np.asarray(cv2.resize(clicked.image, size, interpolation=method), np.uint8)
    rest = cv2.resize(clicked.probability, size, interpolation=cv2.INTER_LINEAR) < THRESHOLD
    tile[rest] = np.rint(tile[rest] * (1 - _FADED) + _PAPER * _FADED)
    _outline(tile, clicked.target)
    for column, row, label in clicked.points:
        centre = int((column + 0.5) * factor), int((row + 0.5) * factor)
        cv2.circle(tile, centre, _DOT_PX + _RIM_PX, _RIM, cv2.FILLED)
        cv2.circle(tile, centre, _DOT_PX, _POSITIVE if label > 0 else _NEGATIVE, cv2.FILLED)
    return tile


def _outline(tile: ImageArray, target: NDArray[np.bool_]) -> None:
    size = tile.shape[1], tile.shape[0]
    inside = cv2.resize(target.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) >= 0.5
    edges, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for colour, thickness in ((_HALO, 3), (_OUTLINE, 1)):
        cv2.drawContours(tile, edges, -1, colour, thickness)
