"""XML of ASAP, a file for each slide."""

from __future__ import annotations

from pathlib import Path

from zoomiseg.annotations import read_asap, root_name

from ._case import Case, Found
from ._folder import Folder
from ._matching import matched
from ._outlined import outlined

_ROOT = "ASAP_Annotations"


class Asap:
    """Groups are classes."""

    name = "asap"
    title = "XML of ASAP"

    def find(self, folder: Folder) -> Found:
        return matched(folder, asap_files(folder), _case, what="XML")


def asap_files(folder: Folder) -> list[Path]:
    """Return the XML files of ASAP in a folder."""
    return [path for path, name in folder.names.items() if name.endswith(".xml") and root_name(path) == _ROOT]


def _case(slide: Path, path: Path) -> Case:
    return Case(slide, (path,), outlined(path, read_asap))
