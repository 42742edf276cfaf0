"""Where converted networks are kept between runs; imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

import platformdirs

SUFFIX = ".ir"


def cache_folder() -> Path:
    """Return the user's cache folder of this program."""
    return platformdirs.user_cache_path("zoomiseg", appauthor=False)


def converted_networks(cache: Path) -> Path:
    """Return the folder of converted networks in a cache folder."""
    return cache / "openvino"


def is_first_run() -> bool:
    """Say whether this user's cache holds no converted network at all, as after an installation."""
    return next(converted_networks(cache_folder()).glob(f"*{SUFFIX}"), None) is None
