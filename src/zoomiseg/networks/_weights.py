"""Where weights are looked for by name, so that no request ever names a file."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import platformdirs

from zoomiseg.errors import WeightsError
from zoomiseg.geometry import ScaleName

from ._card import Card
from ._files import card_path, read_int8

WEIGHTS_VARIABLE = "ZOOMISEG_WEIGHTS"
SCALES: tuple[ScaleName, ...] = ("low", "high")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def find_weights(name: str, *, allow_path: bool = False) -> Path:
    """Return the folder of the weights called `name`.

    Args:
        name: As `list_weights` knows it; with a separator in it, a folder's path.
        allow_path: Whether a path will do. False wherever the name comes over HTTP.
    Raises:
        WeightsError: Nothing of that name is installed, or a path where none is allowed.
    """
    if allow_path and _is_path(name):
        return _folder_at(Path(name).expanduser())
    if not _NAME.fullmatch(name):
        raise WeightsError(
            f"{name!r} is no name of weights: letters, digits, dots, dashes and underscores are."
        )
    installed = list_weights()
    if name not in installed:
        known = ", ".join(installed) or "none"
        raise WeightsError(f"There are no weights called {name}.", hint=f"Installed are: {known}.")
    return installed[name]


def list_weights() -> dict[str, Path]:
    """Return the folder of every name; where a name occurs twice, the first place wins.

    Places in order: the package, the folders of $ZOOMISEG_WEIGHTS, the user's data folder.
    """
    found: dict[str, Path] = {}
    for place in _places():
        for folder in sorted(place.iterdir()) if place.is_dir() else ():
            if _NAME.fullmatch(folder.name) and scales_of(folder):
                found.setdefault(folder.name, folder)
    return found


def scales_of(folder: Path) -> tuple[ScaleName, ...]:
    """Return the scales for which the folder has a card."""
    return tuple(scale for scale in SCALES if card_path(folder, scale).is_file())


def verify_weights(name: str, *, allow_path: bool = False) -> dict[ScaleName, Card]:
    """Check files, checksums and tensors of every scale, and return the cards.

    Raises:
        WeightsError: The weights are not there, or the first fault found.
    """
    from ._checkpoint import load_network  # noqa: PLC0415  # brings in torch

    folder = find_weights(name, allow_path=allow_path)
    for scale in scales_of(folder):
        read_int8(folder, scale)
    return {scale: load_network(folder, scale)[1] for scale in scales_of(folder)}


def _is_path(name: str) -> bool:
    return any(separator in name for separator in (os.sep, os.altsep) if separator)


def _folder_at(folder: Path) -> Path:
    if not scales_of(folder):
        raise WeightsError(f"The folder {folder} holds no weights: there is neither low.json nor high.json.")
    return folder


def _places() -> list[Path]:
    named = os.environ.get(WEIGHTS_VARIABLE, "")
    return [
        Path(str(files("zoomiseg").joinpath("weights"))),
        *(Path(part).expanduser() for part in named.split(os.pathsep) if part),
        platformdirs.user_data_path("zoomiseg", appauthor=False) / "weights",
    ]
