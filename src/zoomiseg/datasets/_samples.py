"""A region of a slide as it is stored: a JPEG, a PNG of its truth, and the share of tumour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.slide import Slide

from ._cuts import Cut
from ._prepare_options import PrepareOptions
from ._truth import Truth

# At this quality and with colour at full resolution a channel is off by about 1 of 255.
_JPEG = [
    *(cv2.IMWRITE_JPEG_QUALITY, 95),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
]
_PNG = [cv2.IMWRITE_PNG_BILEVEL, 1]


@dataclass(frozen=True, slots=True)
class Sample:
    """A cut that was looked at.

    Args:
        cut: Where it is.
        tumour: Share of its pixels that are target, 0 to 1.
        jpeg: Its pixels, or b"" where it is not wanted.
        png: Its truth, 1 bit a pixel, or b"".
    """

    cut: Cut
    tumour: float
    jpeg: bytes = b""
    png: bytes = b""


def sample_of(slide: Slide, truth: Truth, options: PrepareOptions, cut: Cut) -> Sample:
    """Read the truth of a cut and, where it is wanted, its pixels.

    Raises:
        SlideError: The slide cannot be read there.
        AnnotationError: The mask cannot.
    """
    target = truth.on(cut.grid, cut.box)
    tumour = float(target.mean())
    if not is_wanted(cut, tumour, options):
        return Sample(cut, tumour)
    image = slide.read(cut.box, cut.grid)
    white = target.view(np.uint8) * np.uint8(255)
    return Sample(cut, tumour, _encoded(".jpg", image[..., ::-1], _JPEG), _encoded(".png", white, _PNG))


def is_wanted(cut: Cut, tumour: float, options: PrepareOptions) -> bool:
    """Say whether a cut with such a share of tumour is prepared.

    A piece needs any at all: the share of a collage is not that of its pieces.
    """
    if cut.form == "piece":
        return tumour > 0
    least, most = options.low_tumour if cut.scales == ("low",) else options.high_tumour
    return tumour > 0 and least <= tumour <= most


def _encoded(ending: str, pixels: NDArray[np.uint8], options: list[int]) -> bytes:
    return cv2.imencode(ending, pixels, options)[1].tobytes()
