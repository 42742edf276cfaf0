"""XML of Aperio ImageScope, and the like of HALO, a file for each slide."""

from __future__ import annotations

from pathlib import Path

from zoomiseg.annotations import read_imagescope, root_name

from ._case import Case, Found
from ._folder import Folder
from ._matching import matched
from ._outlined import outlined

_ROOT = "Annotations"
_ENDINGS = (".xml", ".annotations")


class ImageScope:
    """Layers are classes."""

    name = "imagescope"
    title = "XML of Aperio ImageScope or HALO"

    def find(self, folder: Folder) -> Found:
        return matched(folder, imagescope_files(folder), _case, what="XML")


def imagescope_files(folder: Folder) -> list[Path]:
    """Return the XML files of ImageScope in a folder."""
    named = (path for path, name in folder.names.items() if name.endswith(_ENDINGS))
    return [path for path in named if root_name(path) == _ROOT]


def _case(slide: Path, path: Path) -> Case:
    return Case(slide, (path,), outlined(path, read_imagescope))
