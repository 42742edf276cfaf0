"""OME-TIFF slides with their levels in SubIFDs, of which OpenSlide would see only the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box

from ._backend import ImageArray
from ._checks import check_channels, check_one_plane, check_pixels, check_tiff_complete, is_tiff
from ._planes import PLANE_ERRORS, Plane

_MICRONS = {"µm": 1.0, "μm": 1.0, "um": 1.0, "nm": 1e-3, "mm": 1e3, "cm": 1e4}
_ASIDE = ("label", "macro", "thumbnail", "overview")


class OmeTiffBackend:
    """The largest image of an OME-TIFF; images named label or macro are never read."""

    vendor = "ome-tiff"
    bounds_origin: tuple[int, int] = (0, 0)

    def __init__(self, path: Path) -> None:
        check_tiff_complete(path)
        self._name = path.name
        self._tiff = tifffile.TiffFile(path)
        try:
            number, series = self._main_series()
            self._image = _OmeImage(self._tiff.ome_metadata or "", number)
            self._check(series)
            self._planes = _planes_of(series)
        except (*PLANE_ERRORS, ElementTree.ParseError) as error:
            self._tiff.close()
            raise SlideError(f"{path.name} is damaged: its OME metadata cannot be used ({error}).") from error
        except SlideError:
            self._tiff.close()
            raise
        self.levels: tuple[tuple[int, int], ...] = tuple(plane.size for plane in self._planes)

    @staticmethod
    def claims(path: Path) -> bool:
        """Say whether the file is a TIFF with OME metadata."""
        if not is_tiff(path):
            return False
        try:
            with tifffile.TiffFile(path) as tiff:
                return bool(tiff.is_ome)
        except (tifffile.TiffFileError, ValueError, IndexError, KeyError, OSError):
            return False

    @property
    def mpp(self) -> tuple[float, float] | None:
        return self._image.mpp

    @property
    def objective(self) -> float | None:
        return self._image.objective

    def read_level(self, level: int, box: Box) -> ImageArray:
        try:
            return self._planes[level].read(box)
        except PLANE_ERRORS as error:
            raise SlideError(
                f"{self._name} is damaged: level {level} at ({box.x}, {box.y}) cannot be decoded."
            ) from error

    def close(self) -> None:
        self._tiff.close()

    def _main_series(self) -> tuple[int, tifffile.TiffPageSeries]:
        numbered = enumerate(self._tiff.series)
        shown = [(number, series) for number, series in numbered if series.name.lower() not in _ASIDE]
        return max(shown, key=lambda found: found[1].size)

    def _check(self, series: tifffile.TiffPageSeries) -> None:
        extent = dict(zip(series.axes, series.shape, strict=True))
        check_one_plane(self._name, planes=extent.get("Z", 1), times=extent.get("T", 1))
        check_pixels(self._name, dtype=series.dtype, channels=extent.get("C", 1) * extent.get("S", 1))
        if extent.get("C", 1) > 1:
            check_channels(self._name, names=self._image.channel_names, colours=[])


class _OmeImage:
    """What the OME-XML says of one image."""

    def __init__(self, xml: str, number: int) -> None:
        self._root = ElementTree.fromstring(xml)
        images = self._root.findall("{*}Image")
        self._image = images[number] if number < len(images) else images[0]
        pixels = self._image.find("{*}Pixels")
        if pixels is None:
            raise ValueError("no Pixels element")
        self._pixels = pixels

    @property
    def mpp(self) -> tuple[float, float] | None:
        x, y = self._physical_size("X"), self._physical_size("Y")
        return (x, y) if x is not None and y is not None else None

    @property
    def objective(self) -> float | None:
        settings = self._image.find("{*}ObjectiveSettings")
        wanted = settings.get("ID") if settings is not None else None
        for objective in self._root.iterfind("{*}Instrument/{*}Objective"):
            if wanted in (None, objective.get("ID")) and objective.get("NominalMagnification"):
                return float(objective.get("NominalMagnification", "nan"))
        return None

    @property
    def channel_names(self) -> list[str]:
        found = (
            channel.get("Name") or channel.get("Fluor") for channel in self._pixels.iterfind("{*}Channel")
        )
        return [name for name in found if name]

    def _physical_size(self, axis: str) -> float | None:
        size = self._pixels.get(f"PhysicalSize{axis}")
        microns = _MICRONS.get(self._pixels.get(f"PhysicalSize{axis}Unit", "µm"))
        return float(size) * microns if size is not None and microns is not None else None


def _planes_of(series: tifffile.TiffPageSeries) -> list[Plane]:
    import zarr  # noqa: PLC0415  (half a second that only these slides should cost)

    planes = []
    for number, level in enumerate(series.levels):
        array: Any = zarr.open_array(series.aszarr(level=number), mode="r")
        planes.append(Plane(array, axes=level.axes))
    return [plane for plane in planes if np.prod(plane.size) > 0]
