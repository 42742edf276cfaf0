"""A folder that is searched for slides and annotations: its files, and which of them are slides."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from zoomiseg.errors import ManifestError
from zoomiseg.slide import holds_mask

SLIDE_ENDINGS = (
    *(".svs", ".tif", ".tiff", ".ndpi", ".mrxs", ".scn", ".bif", ".svslide", ".vms", ".vmu", ".dcm"),
    *(".zarr", ".png", ".jpg", ".jpeg"),
)
SESSION_ENDING = ".zoomiseg"
_WHOLE_FOLDERS = (SESSION_ENDING, ".zarr")
_DOUBLE_ENDINGS = (".ome",)
_OME = (".ome.tif", ".ome.tiff")


class Folder:
    """All files of a folder and of those in it, hidden ones left out.

    A session and an OME-Zarr image are folders that count as one file.

    Args:
        root: The folder.
        without: A folder in it that is not looked into, such as that of the result.
    Raises:
        ManifestError: There is no such folder, or it cannot be read.
    """

    def __init__(self, root: Path, *, without: Path | None = None) -> None:
        if not root.is_dir():
            raise ManifestError(f"There is no folder {root}.")
        self.root = root
        self.files: Sequence[Path] = sorted(_files(root, without.resolve() if without else None))
        self.names = {path: path.name.casefold() for path in self.files}

    @cached_property
    def slides(self) -> Sequence[Path]:
        """What can be a slide, by its ending."""
        return [path for path in self.files if path.suffix.lower() in SLIDE_ENDINGS]

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found = defaultdict(list)
        for path in self.slides:
            if _is_mask(path):
                continue
            found[stem_of(path)].append(path)
        return found

    def slides_called(self, stem: str, *, near: Path) -> Sequence[Path]:
        """Return the slides of a name in lower case without ending, those beside a file if there are any.

        An OME-TIFF of one channel of 8 bits, such as an exported mask, is none.
        """
        found = self._by_stem.get(stem, [])
        beside = [path for path in found if path.parent == near.parent]
        return beside or found


def stem_of(path: Path) -> str:
    """Return the name of a slide or of what belongs to it, in lower case and without its ending."""
    name = path.name.casefold()
    for ending in (path.suffix.casefold(), *_DOUBLE_ENDINGS):
        name = name.removesuffix(ending)
    return name


def _is_mask(path: Path) -> bool:
    return path.name.casefold().endswith(_OME) and holds_mask(path)


def _files(root: Path, without: Path | None) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise ManifestError(f"{error.filename} cannot be read: {error.strerror}.") from error

    for here, folders, files in os.walk(root, onerror=refuse):
        place = Path(here)
        wholes = [name for name in folders if name.lower().endswith(_WHOLE_FOLDERS)]
        inside = [name for name in folders if name not in wholes and not name.startswith(".")]
        folders[:] = [name for name in inside if (place / name).resolve() != without]
        yield from (place / name for name in (*files, *wholes) if not name.startswith("."))
