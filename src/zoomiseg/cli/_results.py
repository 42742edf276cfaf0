"""The files that one slide's result consists of."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoomiseg.errors import OutputError

from ._output import progress

if TYPE_CHECKING:
    from zoomiseg.export import Exported
    from zoomiseg.session import Session
    from zoomiseg.slide import Slide


@dataclass(frozen=True, slots=True)
class Results:
    """Absolute paths in one folder."""

    session: Path
    mask: Path
    geojson: Path
    overview: Path

    @property
    def pictures(self) -> tuple[Path, ...]:
        """What is made from the session and can be made again."""
        return self.mask, self.geojson, self.overview


def result_files(name: str, output: Path) -> Results:
    """Return where a slide's result goes, and make the folder.

    Raises:
        OutputError: The folder cannot be made or written to.
    """
    folder = output.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {folder}: {error.strerror or error}.",
            hint="Choose another folder with -o.",
        ) from error
    return Results(
        folder / f"{name}.zoomiseg",
        folder / f"{name}-mask.ome.tif",
        folder / f"{name}.geojson",
        folder / f"{name}-overview.png",
    )


def refuse_to_replace(results: Results, inputs: Iterable[Path]) -> None:
    """Refuse results that would take the place of an input, or of files that no session here has made.

    Raises:
        OutputError: Names the file.
    """
    keep_inputs(astuple(results), inputs)
    strangers = [path for path in results.pictures if path.exists()]
    if strangers and not results.session.exists():
        raise OutputError(
            f"{strangers[0]} is there already, and no session beside it that it could come from.",
            hint="Choose another folder with -o, or move that file away.",
        )


def keep_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over what is being read, or into a folder that is: a session, a slide of many files.

    Raises:
        OutputError: Names the output.
    """
    read = [path.resolve() for path in inputs if path.exists()]
    for output in outputs:
        if output.exists() and any(output.samefile(path) for path in read):
            raise OutputError(
                f"The result would replace {output}, from which it is made.",
                hint="Choose another place with -o.",
            )
        for folder in read:
            if folder.is_dir() and output.resolve().is_relative_to(folder):
                raise OutputError(
                    f"The result would lie in {folder}, from which it is made.",
                    hint="Choose another place with -o.",
                )


def write_results(session: Session, slide: Slide, results: Results) -> tuple[Exported, Exported]:
    """Write mask, GeoJSON and overview; return what the mask and the GeoJSON hold.

    Raises:
        OutputError: A file cannot be written; an older one there is intact.
    """
    from zoomiseg.export import export, write_overview

    with progress("Writing the mask") as advance:
        tiff = export(session, results.mask, progress=advance)
    with progress("Writing polygons") as advance:
        regions = export(session, results.geojson, progress=advance)
    with progress("Drawing the overview"):
        write_overview(session, slide, results.overview, area_mm2=tiff.area_mm2)
    return tiff, regions
