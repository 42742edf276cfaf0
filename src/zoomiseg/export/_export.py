"""A mask written in one of the forms that others read; a new form is one function in `WRITERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from zoomiseg.errors import OutputError
from zoomiseg.session import DEFAULT_CLASS, Session

from ._measure import area_measurements
from ._polygons import PIXEL_EXACT_PX, finished_regions
from ._region import MaskRegion, region_of_session
from ._spool import RegionSpool
from ._tiff import write_mask_tiff
from ._write import write_geojson

ReportProgress = Callable[[float], None]
TILE_PX = 2048
"""A session composes what is read in single precision: larger tiles cost memory and save nothing."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Args:
        path: Where.
        polygons: Regions, for GeoJSON; None for a form without polygons.
        area_mm2: Of the mask, by its pixels.
    """

    path: Path
    polygons: int | None
    area_mm2: float


def export(
    mask: Session | MaskRegion,
    path: str | Path,
    *,
    to: str | None = None,
    class_: str = DEFAULT_CLASS,
    progress: ReportProgress | None = None,
) -> Exported:
    """Write a session's mask, or any region, as GeoJSON or as a pyramidal OME-TIFF.

    GeoJSON is in slide pixels (level 0), holes kept, and holds the centres of exactly the mask's pixels;
    the TIFF is on the mask's own grid, 255 where the mask is.

    Args:
        mask: A session, or what `MaskRegion` describes.
        path: Where to; replaced as a whole or left as it is.
        to: "geojson" or "tiff"; None goes by the path's ending.
        class_: Which of a session's classes.
        progress: Called with the share done, rising to 1.
    Raises:
        OutputError: An unknown form, or the file cannot be written.
    """
    path = Path(path)
    form = to or _FORM_OF_ENDING.get(path.suffix.lower(), "")
    writer = WRITERS.get(form)
    if writer is None:
        asked = to or path.name
        raise OutputError(f"No export is called {asked!r}.", hint=f"Known are: {', '.join(WRITERS)}.")
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}.")
    region = region_of_session(mask, class_=class_) if isinstance(mask, Session) else mask
    return writer(region, path, progress)


def _as_geojson(region: MaskRegion, path: Path, progress: ReportProgress | None) -> Exported:
    with RegionSpool(path) as spool:
        for found in finished_regions(
            region.read, region.grid, tile=TILE_PX, simplify_px=PIXEL_EXACT_PX, progress=progress
        ):
            spool.put(found)
        write_geojson(
            path,
            spool,
            name=region.class_name,
            measurements=(area_measurements([each], slide_mpp=region.slide_mpp)[0] for each in spool),
            metadata=region.metadata,
        )
        return Exported(path, len(spool), region.area_mm2)


def _as_tiff(region: MaskRegion, path: Path, progress: ReportProgress | None) -> Exported:
    write_mask_tiff(path, region.read, region.grid, metadata=region.metadata, progress=progress)
    return Exported(path, None, region.area_mm2)


Writer = Callable[[MaskRegion, Path, ReportProgress | None], Exported]
WRITERS: Mapping[str, Writer] = MappingProxyType({"geojson": _as_geojson, "tiff": _as_tiff})
_FORM_OF_ENDING: Mapping[str, str] = MappingProxyType(
    {".geojson": "geojson", ".json": "geojson", ".tif": "tiff", ".tiff": "tiff"}
)
