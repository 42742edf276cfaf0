"""One patch as a network sees it at several magnifications, and what it says of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from zoomiseg.guidance import PatchPoint, guidance
from zoomiseg.predict import FloatArray


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a patch.

    Args:
        magnification: Pixels a pixel of the patch, along each axis.
        mirrored: Left is right.
    """

    magnification: float = 1.0
    mirrored: bool = False


VIEWS: Mapping[str, tuple[View, ...]] = MappingProxyType(
    {
        "compact-attention": (View(1.2), View(1.7, mirrored=True)),
        "compact-fine": (View(0.8), View(1.13, mirrored=True)),
        "compact-half": (View(0.7), View(1.0, mirrored=True)),
    }
)
"""By network. At the low scale the encoder sees 1.67 and 1.18 µm per pixel, at the high one 1.43 and 1."""
MIRRORED = View(), View(mirrored=True)
"""For networks that were not tried."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a network is asked about one patch.

    Args:
        guidance: (1, 3, H, W) float32 in [0, 1]: positive clicks, negative clicks, mask input.
        points: The clicks, in the guidance's pixels.
        settled: (H, W) float32 from -1 to 1, what was settled; None where nothing was.
    """

    guidance: FloatArray
    points: tuple[PatchPoint, ...]
    settled: FloatArray | None = None


def viewed(question: Question, view: View, *, radius_px: int) -> Question:
    """Return the question as it is asked in a view; disks keep their size in the network's pixels.

    Args:
        question: At the patch's own magnification.
        view: How it is looked at.
        radius_px: Of a click's disk.
    """
    if view == View():
        return question
    old = question.guidance.shape[2], question.guidance.shape[3]
    new = _size(old, view)
    points = tuple(_moved(point, old, new, view) for point in question.points)
    mask = np.clip(_resized(question.guidance[0, 2], new), 0, 1)
    settled = None if question.settled is None else np.clip(_resized(question.settled, new), -1, 1)
    if view.mirrored:
        mask = mask[:, ::-1]
        settled = None if settled is None else np.ascontiguousarray(settled[:, ::-1])
    return Question(guidance(points, mask, *new, radius_px=radius_px)[None], points, settled)


def viewed_image(image: FloatArray, view: View) -> FloatArray:
    """Return (1, 3, h, w) of a normalised (1, 3, H, W) image, as it is seen in a view."""
    if view == View():
        return image
    size = _size((image.shape[2], image.shape[3]), view)
    seen = np.stack([_resized(channel, size) for channel in image[0]])[None]
    return np.ascontiguousarray(seen[..., ::-1]) if view.mirrored else seen


def viewed_back(values: FloatArray, view: View, size: tuple[int, int]) -> FloatArray:
    """Return (h, w) values of a view on the patch's own pixels; `size` is (H, W)."""
    if view.mirrored:
        values = np.ascontiguousarray(values[:, ::-1])
    if values.shape == size:
        return values
    return np.asarray(cv2.resize(values, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def together(values: Sequence[FloatArray]) -> FloatArray:
    """Return the mean of what several views say."""
    return values[0] if len(values) == 1 else np.mean(values, axis=0, dtype=np.float32)


def _size(size: tuple[int, int], view: View) -> tuple[int, int]:
    return round(size[0] * view.magnification), round(size[1] * view.magnification)


def _moved(point: PatchPoint, old: tuple[int, int], new: tuple[int, int], view: View) -> PatchPoint:
    column, row, label = point
    column = min(int((column + 0.5) * new[1] / old[1]), new[1] - 1)
    row = min(int((row + 0.5) * new[0] / old[0]), new[0] - 1)
    return (new[1] - 1 - column if view.mirrored else column), row, label


def _resized(values: FloatArray, size: tuple[int, int]) -> FloatArray:
    if values.shape == size:
        return values
    way = cv2.INTER_CUBIC if size[0] > values.shape[0] else cv2.INTER_AREA
    return np.asarray(cv2.resize(values, size[::-1], interpolation=way), np.float32)
