"""The real slides that come with the package, for the demo and the tests."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_FILES = {
    "bcss-1015": "bcss-1015.tif",
    "bcss-1015-mask": "bcss-1015-mask.png",
    "cmu-1": "cmu-1-small-region.svs",
}


def sample_path(name: str) -> Path:
    """Return where a sample lies: "bcss-1015", its truth "bcss-1015-mask", or "cmu-1".

    Raises:
        KeyError: There is no sample of that name.
    """
    if name not in _FILES:
        raise KeyError(f"There is no sample {name!r}; there are {', '.join(sorted(_FILES))}.")
    return Path(str(files("zoomiseg") / "data" / "samples" / _FILES[name]))
