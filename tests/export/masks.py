"""Masks for the tests of this room, and the grids they live on."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from zoomiseg.export import Annotation, Plane
from zoomiseg.geometry import Box, Grid

BoolArray = NDArray[np.bool_]

small_masks = st.tuples(st.integers(1, 14), st.integers(1, 14)).flatmap(lambda shape: arrays(np.bool_, shape))


def grid_of(mask: BoolArray, downsample: tuple[float, float] = (1.0, 1.0)) -> Grid:
    height, width = mask.shape
    return Grid(downsample, width, height, (0.25 * downsample[0], 0.25 * downsample[1]))


def reader(mask: BoolArray):
    def read(box: Box) -> BoolArray:
        return mask[box.y : box.bottom, box.x : box.right]

    return read


def annotation(geometry) -> Annotation:
    return Annotation(
        place="feature 1",
        geometry=geometry,
        kind="area",
        class_name="Tumor",
        name=None,
        object_type="annotation",
        locked=False,
        plane=Plane(),
        uuid=None,
        properties={},
    )


def blobs(shape: tuple[int, int], *, sigma: float, seed: int) -> BoolArray:
    """Smooth random regions with holes, about half of the area."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return ndimage.gaussian_filter(noise, sigma) > 0
