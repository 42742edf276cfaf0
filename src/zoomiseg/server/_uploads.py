"""Masks that users send: kept for a moment, decoded outside the server, and read from the result."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import AnnotationError
from zoomiseg.slide import Slide

from ._decode import REFUSED

UploadKind = Literal["geojson", "tiff"]
_SECONDS = 600
_NAMES = {"geojson": "upload.geojson", "tiff": "upload.tif"}
# Not with -m: Python would then warn that the package has the module already.
_RUN = "import sys; from zoomiseg.server._decode import main; sys.exit(main(sys.argv[1:]))"


@dataclass(frozen=True)
class Decoded:
    """What an upload became.

    Args:
        mask: (H, W) over the whole slide.
        notices: Sentences for the user about what was left out.
    """

    mask: NDArray[np.bool_]
    notices: list[str]


@contextmanager
def decoded(data: bytes, kind: UploadKind, slide: Slide, class_: str) -> Iterator[Decoded]:
    """Lend the mask of an upload; in a thread.

    Args:
        data: What was sent.
        kind: GeoJSON in slide pixels, or a TIFF or PNG with the slide's aspect.
        slide: What it belongs to.
        class_: What it is opened for; of a GeoJSON file with several classes only that one is taken.
    Raises:
        AnnotationError: It is no such file, has other classes only, or decoding it takes too much.
    """
    with tempfile.TemporaryDirectory(prefix="zoomiseg-") as folder:
        source, out = Path(folder) / _NAMES[kind], Path(folder) / "mask.npy"
        source.write_bytes(data)
        numbers = (slide.width, slide.height, *slide.mpp)
        notices = _decode([str(source), str(out), kind, class_, *map(str, numbers)])
        yield Decoded(np.load(out, mmap_mode="r"), notices)


def _decode(arguments: list[str]) -> list[str]:
    command = [sys.executable, "-c", _RUN, *arguments]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise AnnotationError("Decoding the mask takes too long.", hint="Send a smaller one.") from error
    if run.returncode == REFUSED:
        raise AnnotationError(json.loads(run.stdout))
    if run.returncode:
        raise AnnotationError("The mask cannot be decoded.", hint="It may be damaged; export it again.")
    notices: list[str] = json.loads(run.stdout)
    return notices
