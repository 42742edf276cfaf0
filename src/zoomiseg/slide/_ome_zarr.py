"""OME-Zarr images, version 0.4 (Zarr 2) and 0.5 (Zarr 3), in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box

from ._backend import ImageArray
from ._checks import check_channels, check_one_plane, check_pixels
from ._planes import PLANE_ERRORS, Plane

_VERSIONS = ("0.4", "0.5")
_MICRONS = {"micrometer": 1.0, "nanometer": 1e-3, "millimeter": 1e3, "centimeter": 1e4}


class OmeZarrBackend:
    """The first multiscale image of an OME-Zarr folder."""

    vendor = "ome-zarr"
    bounds_origin: tuple[int, int] = (0, 0)
    objective: float | None = None

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            group, ome = _image_group(path)
            self._multiscale: Mapping[str, Any] = ome["multiscales"][0]
            version = str(ome.get("version", self._multiscale.get("version")))
            if version not in _VERSIONS:
                raise SlideError(f"{path.name} is OME-Zarr {version}; versions 0.4 and 0.5 are read.")
            axes = "".join(axis["name"] for axis in self._multiscale["axes"])
            self._planes = [Plane(group[data["path"]], axes=axes) for data in self._multiscale["datasets"]]
            self._check(ome.get("omero", {}).get("channels", []))
        except SlideError:
            raise
        except PLANE_ERRORS as error:
            reason = f"its metadata lack {error}" if isinstance(error, KeyError) else str(error)
            raise SlideError(f"{path.name} is no OME-Zarr image that can be used: {reason}.") from error
        self.levels: tuple[tuple[int, int], ...] = tuple(plane.size for plane in self._planes)

    @staticmethod
    def claims(path: Path) -> bool:
        """Say whether the path is a folder with a Zarr group in it."""
        return path.is_dir() and any((path / name).is_file() for name in ("zarr.json", ".zgroup", ".zattrs"))

    @property
    def mpp(self) -> tuple[float, float] | None:
        axes = [axis["name"] for axis in self._multiscale["axes"]]
        scale = [1.0] * len(axes)
        transformed = (self._multiscale["datasets"][0], self._multiscale)
        for step in (step for part in transformed for step in part.get("coordinateTransformations", ())):
            if step.get("type") == "scale":
                scale = [total * float(factor) for total, factor in zip(scale, step["scale"], strict=True)]
        x, y = (axes.index(name) for name in ("x", "y"))
        units = [_MICRONS.get(self._multiscale["axes"][axis].get("unit", "")) for axis in (x, y)]
        return (scale[x] * units[0], scale[y] * units[1]) if units[0] and units[1] else None

    def read_level(self, level: int, box: Box) -> ImageArray:
        try:
            return self._planes[level].read(box)
        except PLANE_ERRORS as error:
            raise SlideError(
                f"{self._name} is damaged: level {level} at ({box.x}, {box.y}) cannot be decoded."
            ) from error

    def close(self) -> None:
        self._planes = []

    def _check(self, channels: list[Mapping[str, str]]) -> None:
        plane = self._planes[0]
        planes, times = plane.planes_and_times
        check_one_plane(self._name, planes=planes, times=times)
        check_pixels(self._name, dtype=plane.dtype, channels=plane.channels)
        check_channels(
            self._name,
            names=[channel["label"] for channel in channels if channel.get("label")],
            colours=[channel["color"] for channel in channels if channel.get("color")],
        )


def _image_group(path: Path) -> tuple[Any, Mapping[str, Any]]:
    """Return the zarr group of the (first) image, and its OME metadata."""
    import zarr  # noqa: PLC0415  (half a second that only these slides should cost)

    group: Any = zarr.open_group(path, mode="r")
    ome = group.attrs.get("ome", group.attrs)
    if "multiscales" not in ome:
        # bioformats2raw puts its images one folder deeper, the first in "0".
        group = group["0"]
        ome = group.attrs.get("ome", group.attrs)
    return group, dict(ome)
