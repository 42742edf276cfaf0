"""What is looked at before a file is used as a slide, each refusal being one sentence."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import tifffile

from zoomiseg.errors import SlideError

MAX_SIDE_PX = 2_000_000
_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_ERRORS = (tifffile.TiffFileError, ValueError, IndexError, KeyError, OSError)
_BRIGHTFIELD = "ZoomISEG works on brightfield RGB slides."
_RGB_NAMES = (["r", "g", "b"], ["red", "green", "blue"])
_RGB_COLOURS = ["ff0000", "00ff00", "0000ff"]

# What tifffile logs of damaged files is said by the errors below; without a handler it would go to stderr.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def check_readable(path: Path) -> None:
    """Refuse what is missing, unreadable or empty.

    Raises:
        SlideError: Says which of them.
    """
    try:
        if not path.exists():
            raise SlideError(f"There is no file {path}.")
        if not os.access(path, os.R_OK):
            raise PermissionError
        if path.is_file():
            with path.open("rb") as file:
                if not file.read(1):
                    raise SlideError(f"{path.name} is empty (0 bytes).")
    except SlideError:
        raise
    except OSError as error:
        reason = "permission denied" if isinstance(error, PermissionError) else error.strerror or str(error)
        raise SlideError(f"{path.name} cannot be read: {reason}.") from error


def is_tiff(path: Path) -> bool:
    """Say whether the file begins as a TIFF or BigTIFF does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) in _TIFF_MAGIC


def check_tiff(path: Path) -> None:
    """Refuse a TIFF-based slide that is cut short, not 8-bit RGB or grey, or a stack of planes.

    Raises:
        SlideError: Says which of them.
    """
    check_tiff_complete(path)
    with tifffile.TiffFile(path) as tiff:
        pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
        check_pixels(path.name, dtype=pages[0].dtype, channels=pages[0].samplesperpixel)
        if not (tiff.is_scn or tiff.is_bif):  # these keep the regions of one slide as pages of one size
            _refuse_stack(path.name, pages)


def check_tiff_complete(path: Path) -> None:
    """Refuse a TIFF whose list of pages, or whose pixels, reach beyond the end of the file.

    Raises:
        SlideError: Says where it is cut.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
            needed = max((_end_of_data(page) for page in pages), default=0)
            ends = _list_of_pages_ends(tiff)
    except _TIFF_ERRORS as error:
        raise SlideError(
            f"{path.name} is damaged or cut short: its TIFF directory cannot be read."
        ) from error
    size = path.stat().st_size
    if needed > size:
        raise SlideError(
            f"{path.name} is cut short: its pixels reach to byte {needed:,}, but the file has {size:,}."
        )
    if not pages or not ends:
        raise SlideError(f"{path.name} is damaged or cut short: its list of images does not end in the file.")


def _list_of_pages_ends(tiff: tifffile.TiffFile) -> bool:
    """Say whether the last page found says of itself that it is the last."""
    where = tiff.pages.next_page_offset
    if where is None:
        return False
    tiff.filehandle.seek(where)
    pointer = tiff.filehandle.read(tiff.tiff.offsetsize)
    return len(pointer) == tiff.tiff.offsetsize and not any(pointer)


def _end_of_data(page: tifffile.TiffPage) -> int:
    ends = (offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False))
    below = (_end_of_data(part) for part in page.pages or () if isinstance(part, tifffile.TiffPage))
    return max(max(ends, default=0), max(below, default=0))


def _refuse_stack(name: str, pages: list[tifffile.TiffPage]) -> None:
    same = sum(page.shape == pages[0].shape and not page.is_reduced for page in pages)
    if same > 1:
        raise SlideError(f"{name} is a stack of {same} planes of the same size; give a slide with one plane.")


def check_pixels(name: str, *, dtype: np.dtype[np.generic] | None, channels: int) -> None:
    """Refuse pixels that are not 8-bit grey, RGB or RGBA.

    Raises:
        SlideError: Names the type or the number of channels.
    """
    if channels not in (1, 3, 4):
        raise SlideError(f"{name} has {channels} channels, as fluorescence images do. {_BRIGHTFIELD}")
    if dtype is None:
        raise SlideError(f"{name} does not say what its pixels are: it is damaged.")
    if dtype != np.uint8:
        raise SlideError(f"{name} holds {dtype} pixels, not 8-bit ones. {_BRIGHTFIELD}")


def check_channels(name: str, *, names: list[str], colours: list[str]) -> None:
    """Refuse three channels that are labelled, but not as red, green and blue.

    Args:
        name: The slide's, for the message.
        names: The channels' names; none stands for unlabelled.
        colours: The channels' display colours as RRGGBB; none stands for unknown.
    Raises:
        SlideError: Names the channels.
    """
    unlabelled = not names and not colours
    named_rgb = [label.lower() for label in names] in _RGB_NAMES
    coloured_rgb = [colour.lower() for colour in colours] == _RGB_COLOURS and not names
    if not (unlabelled or named_rgb or coloured_rgb):
        shown = ", ".join(names or colours)
        raise SlideError(f"{name} is a fluorescence image with the channels {shown}. {_BRIGHTFIELD}")


def check_one_plane(name: str, *, planes: int, times: int) -> None:
    """Refuse z-stacks and time series.

    Raises:
        SlideError: Names which.
    """
    if planes > 1:
        raise SlideError(f"{name} is a z-stack of {planes} planes; give a slide with one plane.")
    if times > 1:
        raise SlideError(f"{name} is a time series of {times} images; give a slide with one image.")


def check_levels(name: str, levels: tuple[tuple[int, int], ...]) -> None:
    """Refuse a slide without pixels or of absurd size, before anything is allocated for it.

    Raises:
        SlideError: Names the size.
    """
    for width, height in levels:
        if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX):
            raise SlideError(f"{name} claims {width} x {height} pixels, which is no size of a slide.")
