"""Masks that users send: kept for a moment, decoded outside the server, and read from the result."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError
from zoomiseg.slide import Slide

from ._decode import REFUSED

UploadKind = Literal["geojson", "tiff"]
_SECONDS = 600
_NAMES = {"geojson": "mask.geojson", "tiff": "mask.tif"}


@contextmanager
def decoded(data: bytes, kind: UploadKind, slide: Slide) -> Iterator[NDArray[np.bool_]]:
    """Lend the mask of an upload, (H, W) over the whole slide; in a thread.

    Args:
        data: What was sent.
        kind: GeoJSON in slide pixels, or a TIFF or PNG with the slide's aspect.
        slide: What it belongs to.
    Raises:
        AnnotationError: It is no such file, or decoding it takes too much.
    """
    with tempfile.TemporaryDirectory(prefix="zoomiseg-") as folder:
        source, out = Path(folder) / _NAMES[kind], Path(folder) / "mask.npy"
        source.write_bytes(data)
        numbers = (slide.width, slide.height, *slide.mpp)
        _decode([str(source), str(out), kind, *map(str, numbers)])
        yield np.load(out, mmap_mode="r")


def _decode(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "zoomiseg.server._decode", *arguments]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise AnnotationError("Decoding the mask takes too long.", hint="Send a smaller one.") from error
    if run.returncode == REFUSED:
        raise AnnotationError(run.stderr.strip())
    if run.returncode:
        raise AnnotationError("The mask cannot be decoded.", hint="It may be damaged; export it again.")
