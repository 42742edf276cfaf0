"""Slides that OpenSlide reads: SVS, NDPI, MRXS, SCN, DICOM, generic tiled TIFF and others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openslide

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box

from ._backend import ImageArray, over_white
from ._checks import check_tiff, is_tiff

_BOUNDS = (
    openslide.PROPERTY_NAME_BOUNDS_X,
    openslide.PROPERTY_NAME_BOUNDS_Y,
    openslide.PROPERTY_NAME_BOUNDS_WIDTH,
    openslide.PROPERTY_NAME_BOUNDS_HEIGHT,
)


class OpenSlideBackend:
    """A slide behind OpenSlide. Its label and macro images are never touched: they may show a name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if is_tiff(path):
            check_tiff(path)
        try:
            self._handle = openslide.OpenSlide(path)
        except openslide.OpenSlideError as error:
            raise SlideError(f"{path.name} cannot be opened as a slide: {error}.") from error
        self._readers, self._idle = 0, threading.Condition()
        self._properties = dict(self._handle.properties)
        self.levels: tuple[tuple[int, int], ...] = tuple(self._handle.level_dimensions)
        self._downsamples: tuple[float, ...] = tuple(self._handle.level_downsamples)

    @staticmethod
    def claims(path: Path) -> bool:
        """Say whether OpenSlide recognises the file."""
        return path.is_file() and openslide.OpenSlide.detect_format(path) is not None

    @property
    def mpp(self) -> tuple[float, float] | None:
        x = _number(self._properties.get(openslide.PROPERTY_NAME_MPP_X))
        y = _number(self._properties.get(openslide.PROPERTY_NAME_MPP_Y))
        return (x, y) if x is not None and y is not None else None

    @property
    def objective(self) -> float | None:
        return _number(self._properties.get(openslide.PROPERTY_NAME_OBJECTIVE_POWER))

    @property
    def bounds_origin(self) -> tuple[int, int]:
        values = [_number(self._properties.get(name)) for name in _BOUNDS]
        # Other programs crop a slide to its bounds only where all four are known.
        if None in values:
            return 0, 0
        return int(values[0] or 0), int(values[1] or 0)

    @property
    def vendor(self) -> str:
        return str(self._properties.get(openslide.PROPERTY_NAME_VENDOR, "openslide"))

    def read_level(self, level: int, box: Box) -> ImageArray:
        # OpenSlide wants the corner in level-0 pixels and divides it by its own downsample again.
        downsample = self._downsamples[level]
        corner = round(box.x * downsample), round(box.y * downsample)
        try:
            with self._reading():
                rgba = self._handle.read_region(corner, level, (box.width, box.height))
        except openslide.OpenSlideError as error:
            raise SlideError(
                f"{self._path.name} is damaged or cut short: level {level} at ({box.x}, {box.y}) "
                f"cannot be decoded ({error})."
            ) from error
        return over_white(np.asarray(rgba))

    def close(self) -> None:
        # OpenSlide ends the whole process when a slide is closed that another thread still reads.
        with self._idle:
            self._idle.wait_for(lambda: self._readers == 0)
            self._handle.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._idle:
            self._readers += 1
        try:
            yield
        finally:
            with self._idle:
                self._readers -= 1
                self._idle.notify_all()


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
