"""Decodes an uploaded mask in a process of its own, so that a hostile file costs no more than that process.

Its arguments are IN OUT KIND CLASS WIDTH HEIGHT MPP_X MPP_Y. Says on stdout, in JSON, what was left out (a
list of sentences), or what is wrong (one sentence). What libraries say on stderr is for nobody.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError, ZoomisegError
from zoomiseg.export import MaskRegion, read_geojson, region_of_annotations
from zoomiseg.geometry import Box, grids_of
from zoomiseg.slide import open_mask

from ._classed import of_class

REFUSED = 3
_MOST_PIXELS = 1 << 33
_MOST_BYTES = 4 << 30
_MOST_SECONDS = 300
_BLOCK = 2048


class Readable(Protocol):
    """A mask that is read box by box."""

    def read(self, box: Box) -> NDArray[Any]:
        """Return a box, (H, W), above 0 inside."""
        ...


def main(arguments: list[str]) -> int:
    """Decode, and return the exit code."""
    source, out, kind, class_ = Path(arguments[0]), Path(arguments[1]), arguments[2], arguments[3]
    width, height, mpp = int(arguments[4]), int(arguments[5]), (float(arguments[6]), float(arguments[7]))
    notices: list[str] = []
    try:
        _limit_myself()
        if kind == "geojson":
            taken, notices = of_class(read_geojson(source), class_, name=source.name)
            region = region_of_annotations(taken, source, grids_of(width, height, mpp))
            _write(region, out, width=region.grid.width, height=region.grid.height)
        else:
            with open_mask(source) as mask:
                _write(mask, out, width=mask.width, height=mask.height)
    except ZoomisegError as error:
        json.dump(str(error), sys.stdout)
        return REFUSED
    json.dump(notices, sys.stdout)
    return 0


def _write(mask: Readable | MaskRegion, out: Path, *, width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise AnnotationError(f"A mask of {width} x {height} pixels is too large to be opened here.")
    # What stays 0 takes no room on a disk that knows holes.
    values = np.lib.format.open_memmap(out, mode="w+", dtype=np.bool_, shape=(height, width))
    whole = Box(0, 0, width, height)
    for y in range(0, height, _BLOCK):
        for x in range(0, width, _BLOCK):
            block = Box(x, y, _BLOCK, _BLOCK).intersection(whole)
            assert block is not None, "the loops stay inside"
            found = np.asarray(mask.read(block)) > 0
            if found.any():
                values[block.slices_in(whole)] = found
    values.flush()


def _limit_myself() -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # not everywhere

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
