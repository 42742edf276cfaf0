"""Mask tiles of a session, on the same pyramid as its slide's tiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import HIGH, Box

from ._live import LiveSession

FloatArray = NDArray[np.float32]


def probability_of(live: LiveSession, level: int, tile: Box, *, class_: str) -> FloatArray:
    """Return a tile of the class's probability, (H, W) float32 in [0, 1]; in a thread.

    Args:
        live: The session.
        level: Of the Deep Zoom pyramid.
        tile: In pixels of that level.
        class_: The class.
    """
    downsample = live.zoom.downsample(level)
    mpp = HIGH.mpp * downsample / live.slide.grids.high.downsample[0]
    values = live.session.read(tile.scaled(downsample), mpp=mpp, class_=class_)
    return _fitted(values, tile)


def _fitted(values: FloatArray, tile: Box) -> FloatArray:
    """Return values on the tile's own pixels: on a slide with oblong pixels a grid's are oblong too."""
    if values.shape == (tile.height, tile.width):
        return values
    rows = (np.arange(tile.height) + 0.5) * values.shape[0] / tile.height
    columns = (np.arange(tile.width) + 0.5) * values.shape[1] / tile.width
    fitted: FloatArray = values[rows.astype(np.int64)][:, columns.astype(np.int64)]
    return fitted
