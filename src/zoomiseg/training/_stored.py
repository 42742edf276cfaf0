"""Annotated tissue as it waits in memory: an image, and what each of its pixels is, both compressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

ImageArray = NDArray[np.uint8]
ValueArray = NDArray[np.uint8]
MaskArray = NDArray[np.bool_]
GENERATED = "generated"
"""The manifest's kind of slides whose masks hold values of `zoomiseg.samples.Kind`."""
BRIGHT = 215
"""Pixels whose darkest channel is at least this may be bare glass."""


class Part(Protocol):
    """An annotated image, or a part of a large one, wherever its bytes are; see `Stored`."""

    @property
    def target(self) -> int: ...
    @property
    def mpp(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def marked(self) -> float: ...
    @property
    def bright(self) -> float: ...
    @property
    def quiet(self) -> Box | None: ...

    def decoded(self) -> tuple[ImageArray, ValueArray]:
        """Return (H, W, 3) uint8 RGB and (H, W) uint8."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """An image, or a part of a large one.

    Args:
        image: JPEG, PNG or TIFF of (H, W, 3).
        values: PNG of (H, W) uint8.
        target: The value of what is marked; of generated slides the others are further tissues.
        mpp: µm per pixel.
        kind: The pair's.
        marked: Share of pixels that are target.
        bright: Share of pixels that may be glass.
        quiet: A part, in pixels, that is tissue with neither tumour nor glands; only of generated slides.
    """

    image: bytes
    values: bytes
    target: int
    mpp: float
    kind: str
    marked: float
    bright: float
    quiet: Box | None = None

    def decoded(self) -> tuple[ImageArray, ValueArray]:
        """Return (H, W, 3) uint8 RGB and (H, W) uint8."""
        # The values were drawn on the image as it is stored, whatever a camera noted of how to turn it.
        colour = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        return _decoded(self.image, colour), _decoded(self.values, cv2.IMREAD_GRAYSCALE)


def as_png(values: ValueArray) -> bytes:
    """Compress (H, W) uint8 without loss."""
    return bytes(cv2.imencode(".png", values)[1].tobytes())


def as_jpeg(image: ImageArray, *, quality: int) -> bytes:
    """Compress (H, W, 3) uint8 RGB."""
    bgr = np.ascontiguousarray(image[..., ::-1])
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def bright_share(image: ImageArray) -> float:
    """Return the share of pixels of (H, W, 3) uint8 RGB that may be glass, looking at one in 64."""
    return float(np.mean(image[::8, ::8].min(axis=2) >= BRIGHT))


def resampled(image: ImageArray, factor: float) -> ImageArray:
    """Return (H, W, 3) uint8 with `factor` times the pixels a side."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, _size(image, factor), interpolation=method), np.uint8)


def resampled_mask(mask: ValueArray, factor: float) -> ValueArray:
    """Return (H, W) uint8 of 0 to 255 with `factor` times the pixels a side; over 127 is inside."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, _size(mask, factor), interpolation=method), np.uint8)


def resampled_values(values: ValueArray, factor: float) -> ValueArray:
    """Return (H, W) uint8 values of the nearest pixels, `factor` times as many a side."""
    size = _size(values, factor)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def turned(array: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """Apply one of the eight symmetries of the square, numbered 0 to 7."""
    result = np.rot90(array, turn % 4)
    return np.ascontiguousarray(result[:, ::-1] if turn >= 4 else result)


def mirrored(image: ImageArray, size: int) -> ImageArray:
    """Continue (H, W, 3), at most `size` a side, to (size, size, 3) by mirroring at its edges."""
    height, width = image.shape[:2]
    return np.asarray(
        cv2.copyMakeBorder(image, 0, size - height, 0, size - width, cv2.BORDER_REFLECT), np.uint8
    )


def _decoded(data: bytes, flags: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags), np.uint8)


def _size(array: NDArray[np.uint8], factor: float) -> tuple[int, int]:
    return max(round(array.shape[1] * factor), 1), max(round(array.shape[0] * factor), 1)
