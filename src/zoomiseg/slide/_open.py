"""Opens any slide: checks the file, chooses the backend, and finds out the scale."""

from __future__ import annotations

from pathlib import Path

from zoomiseg.errors import SlideError

from ._openslide import OpenSlideBackend
from ._scale import slide_mpp
from ._slide import Slide

DEFAULT_CACHE_BYTES = 256 << 20


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
    if not path.exists():
        raise SlideError(f"There is no file {path}.")
    backend = OpenSlideBackend(path)
    found, warnings = slide_mpp(backend, name=path.name, given=mpp)
    return Slide(path, backend, mpp=found, warnings=tuple(warnings), cache_bytes=cache_bytes)
