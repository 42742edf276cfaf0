"""Reads truth masks box by box: grey TIFF of any size, in tiles or strips, and PNG."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from zoomiseg.errors import AnnotationError, SlideError
from zoomiseg.geometry import Box

from ._checks import MAX_SIDE_PX, check_readable, check_tiff, is_tiff
from ._image import open_image
from ._planes import PLANE_ERRORS

MaskArray = NDArray[np.uint8]
_GREY_MODES = ("1", "L", "P")


class Mask:
    """An open mask. Made by `open_mask`; close it, or use it in a `with`.

    Args:
        path: Where the mask lies.
        pixels: (H, W) or (H, W, C) uint8, an array or what is indexed like one.
        value: The value that stands for the target; None stands for any above 0.
        file: What `close` closes, if anything.
        mpp: What a pixel measures on glass, in µm (x, y); None where the file does not say.
        in_strips: Whether each box costs all the rows that it touches: fit to be read from top to bottom.
    """

    def __init__(
        self,
        path: Path,
        pixels: Any,
        *,
        value: int | None,
        file: tifffile.TiffFile | None,
        mpp: tuple[float, float] | None = None,
        in_strips: bool = False,
    ) -> None:
        self.path = path
        self.mpp = mpp
        self.value = value
        self.in_strips = in_strips
        self.height, self.width = (int(length) for length in pixels.shape[:2])
        self._pixels = pixels
        self._file = file
        self._lock = threading.Lock()

    def read(self, box: Box) -> MaskArray:
        """Return the values as they are stored, (H, W) uint8; 0 outside the mask.

        Args:
            box: In the mask's own pixels; may reach outside.
        Raises:
            AnnotationError: The mask is damaged there, or coloured.
        """
        values = np.zeros((box.height, box.width), np.uint8)
        common = box.intersection(Box(0, 0, self.width, self.height))
        if common is not None:
            values[common.slices_in(box)] = self._stored(common)
        return values

    def foreground(self, box: Box) -> NDArray[np.bool_]:
        """Return where the target is, (H, W) bool; False outside the mask."""
        values = self.read(box)
        return values > 0 if self.value is None else values == self.value

    def close(self) -> None:
        """Release the file; closing twice is harmless."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Mask:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _stored(self, box: Box) -> MaskArray:
        try:
            with self._lock:
                found = np.asarray(self._pixels[box.y : box.bottom, box.x : box.right])
        except PLANE_ERRORS as error:
            raise AnnotationError(
                f"The mask {self.path.name} is damaged: ({box.x}, {box.y}) cannot be decoded."
            ) from error
        return _single_channel(self.path.name, found)


def open_mask(path: str | Path, *, value: int | None = None) -> Mask:
    """Open a truth mask: an 8-bit grey TIFF (in tiles or strips, for large ones) or PNG.

    Args:
        path: The file.
        value: The value that stands for the target; by default any above 0.
    Raises:
        AnnotationError: The file is missing, damaged, or no 8-bit grey mask.
    """
    path = Path(path)
    try:
        check_readable(path)
        if not is_tiff(path):
            return Mask(path, _whole(path), value=value, file=None)
        check_tiff(path)
    except SlideError as error:
        raise AnnotationError(f"The mask cannot be used: {error}") from error
    return _tiff_mask(path, value=value)


def holds_mask(path: Path) -> bool:
    """Say whether a file is a TIFF of one 8-bit channel, as an exported mask is and a stained slide never."""
    try:
        check_readable(path)
        check_tiff(path)
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            return bool(page.samplesperpixel == 1 and page.dtype == np.uint8 and len(page.shape) == 2)
    except (SlideError, *PLANE_ERRORS):
        return False


def _tiff_mask(path: Path, *, value: int | None) -> Mask:
    file = tifffile.TiffFile(path)
    page = file.pages.first
    try:
        if max(page.shape[:2]) > MAX_SIDE_PX:
            raise AnnotationError(f"The mask {path.name} claims {page.shape}, which is no size of a mask.")
        in_strips = _is_large_in_strips(page)
        if page.is_tiled or in_strips:
            return Mask(path, _lazily(page), value=value, file=file, mpp=_mpp_of(page), in_strips=in_strips)
        # Anything else must be decoded in one go, under the limit that plain images have.
        mpp = _mpp_of(page)
        file.close()
        return Mask(path, _whole(path), value=value, file=None, mpp=mpp)
    except BaseException:
        file.close()
        raise


def _mpp_of(page: tifffile.TiffPage) -> tuple[float, float] | None:
    """Return the size of a pixel from the resolution tags; a resolution without a unit says nothing."""
    if page.resolutionunit <= tifffile.RESUNIT.NONE:
        return None
    per_um = page.get_resolution(tifffile.RESUNIT.MICROMETER)
    return (1 / per_um[0], 1 / per_um[1]) if min(per_um) > 0 else None


def _is_large_in_strips(page: tifffile.TiffPage) -> bool:
    """Say whether a page is too large to be decoded in one go, and not so in its strips."""
    limit = Image.MAX_IMAGE_PIXELS
    if page.is_tiled or limit is None:
        return False
    height, width = page.shape[:2]
    return width * height > limit >= width * min(page.rowsperstrip, height)


def _lazily(page: tifffile.TiffPage) -> Any:
    import zarr  # noqa: PLC0415  (half a second that only these masks should cost)

    return zarr.open_array(page.aszarr(), mode="r")


def _whole(path: Path) -> MaskArray:
    try:
        with open_image(path, formats=("PNG", "TIFF")) as image:
            if image.mode not in (*_GREY_MODES, "RGB", "RGBA"):
                raise AnnotationError(f"The mask {path.name} is not 8-bit ({image.mode}).")
            return np.asarray(image).astype(np.uint8)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise AnnotationError(f"The mask {path.name} is too large for an image without tiles.") from error
    except (OSError, ValueError, SyntaxError) as error:
        if isinstance(error, AnnotationError):
            raise
        raise AnnotationError(f"The mask {path.name} is damaged or no PNG or TIFF.") from error


def _single_channel(name: str, values: MaskArray) -> MaskArray:
    if values.ndim == 2:
        return values
    colours = values[..., :3]
    if (colours != colours[..., :1]).any():
        raise AnnotationError(f"The mask {name} is coloured; give a grey one with a value for each class.")
    return colours[..., 0]
