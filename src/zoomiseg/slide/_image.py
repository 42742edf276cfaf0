"""Plain images (PNG, JPEG, small TIFF), which are slides once their microns per pixel are known."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box

from ._backend import ImageArray, over_white
from ._checks import check_pixels, check_tiff, is_tiff

_FORMATS = ("PNG", "JPEG", "TIFF")
_EIGHT_BIT = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_MICRONS_PER_UNIT = {2: 25_400.0, 3: 10_000.0}  # inch, centimetre


class ImageBackend:
    """One plane, decoded whole when opened; Pillow's limit on pixels stays on."""

    objective: float | None = None
    bounds_origin: tuple[int, int] = (0, 0)

    def __init__(self, path: Path) -> None:
        if is_tiff(path):
            check_tiff(path)
        try:
            with open_image(path, formats=_FORMATS) as image:
                self.vendor = f"{image.format}".lower()
                self.mpp = _tiff_mpp(image)
                self._pixels = _decoded(path.name, image)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise SlideError(
                f"{path.name} is too large for a plain image (limit {Image.MAX_IMAGE_PIXELS:,} pixels); "
                "give it as a pyramidal TIFF."
            ) from error
        except UnidentifiedImageError as error:
            raise SlideError(f"{path.name} is no slide or image of a format that can be read.") from error
        except (OSError, ValueError, SyntaxError) as error:
            if isinstance(error, SlideError):
                raise
            raise SlideError(f"{path.name} is damaged or cut short: it cannot be decoded.") from error
        self.levels: tuple[tuple[int, int], ...] = ((self._pixels.shape[1], self._pixels.shape[0]),)

    @staticmethod
    def claims(path: Path) -> bool:
        """Say yes to any file: this backend is asked last, and its refusal is the final one."""
        return path.is_file()

    def read_level(self, level: int, box: Box) -> ImageArray:
        if level != 0:
            raise IndexError(f"a plain image has one level, got {level}")
        return self._pixels[box.y : box.bottom, box.x : box.right]

    def close(self) -> None:
        self._pixels = np.empty((0, 0, 3), np.uint8)


def open_image(path: Path, *, formats: tuple[str, ...]) -> Image.Image:
    """Open an image by Pillow, whose warning of too many pixels is an error here.

    Raises:
        DecompressionBombWarning: More than Pillow's limit; DecompressionBombError at twice the limit.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return Image.open(path, formats=formats)


def _decoded(name: str, image: Image.Image) -> ImageArray:
    if image.mode not in _EIGHT_BIT:
        check_pixels(name, dtype=np.dtype(np.uint16 if "16" in image.mode else np.int32), channels=1)
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        return over_white(np.asarray(image.convert("RGBA")))
    return np.asarray(image.convert("RGB"))


def _tiff_mpp(image: Image.Image) -> tuple[float, float] | None:
    """Return the µm per pixel of a TIFF's resolution; that of PNG and JPEG is meant for printing."""
    if image.format != "TIFF":
        return None
    tags = image.getexif()
    unit = _MICRONS_PER_UNIT.get(tags.get(_RESOLUTION_UNIT, 1))
    resolution = [float(tags.get(tag, 0)) for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
    if unit is None or min(resolution) <= 0:
        return None
    return unit / resolution[0], unit / resolution[1]
