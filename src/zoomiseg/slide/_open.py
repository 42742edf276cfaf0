"""Opens any slide: checks the file, chooses the backend, and finds out the scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zoomiseg.errors import SlideError

from ._backend import Backend
from ._checks import check_levels, check_readable
from ._image import ImageBackend
from ._ome_tiff import OmeTiffBackend
from ._ome_zarr import OmeZarrBackend
from ._openslide import OpenSlideBackend
from ._scale import slide_mpp
from ._slide import Slide

DEFAULT_CACHE_BYTES = 128 << 20


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be opened.

    Args:
        claims: Says whether a path is of this kind, without raising.
        open: Opens it, or raises a SlideError.
    """

    claims: Callable[[Path], bool]
    open: Callable[[Path], Backend]


# The first that claims a path opens it. OME-TIFF stands before OpenSlide, which would see one level only.
FORMATS = (
    Format(OmeZarrBackend.claims, OmeZarrBackend),
    Format(OmeTiffBackend.claims, OmeTiffBackend),
    Format(OpenSlideBackend.claims, OpenSlideBackend),
    Format(ImageBackend.claims, ImageBackend),
)


def open_slide(
    path: str | Path, *, mpp: float | None = None, cache_bytes: int = DEFAULT_CACHE_BYTES
) -> Slide:
    """Open a slide of any format that a backend reads.

    Args:
        path: A file, or the folder of an OME-Zarr image.
        mpp: Microns per level-0 pixel; wins over what the file says.
        cache_bytes: What decoded tiles kept in memory may weigh together.
    Raises:
        SlideError: The file is missing, empty, damaged, or no slide that can be segmented.
        ScaleUnknown: Neither `mpp` nor the file gives the microns per pixel.
    """
    path = Path(path)
    check_readable(path)
    backend = _backend_of(path)
    try:
        check_levels(path.name, backend.levels)
        found, warnings = slide_mpp(backend, name=path.name, given=mpp)
        return Slide(path, backend, mpp=found, warnings=tuple(warnings), cache_bytes=cache_bytes)
    except BaseException:
        backend.close()
        raise


def _backend_of(path: Path) -> Backend:
    for candidate in FORMATS:
        if candidate.claims(path):
            return candidate.open(path)
    raise SlideError(f"{path.name} is a folder, but no OME-Zarr image; give a file (of a DICOM series, any).")
