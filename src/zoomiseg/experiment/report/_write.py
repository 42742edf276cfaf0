"""The report of an evaluation, as one HTML file and as Markdown with its pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ..evaluation import EvaluationFile
from ._blocks import Block, Chart
from ._case import PICTURES_NAME, read_cases, written_cases
from ._choice import chosen_patches
from ._html import html_page
from ._kept import KeptMasks
from ._markdown import markdown_page
from ._picture_section import of_pictures
from ._pictures import OpenWorld, Pictures, make_pictures
from ._sections import each_slide, groups_of, of_kind, opening
from ._sweep_section import of_sweep

REPORT_NAME = "report"


def write_report(
    file: EvaluationFile,
    figures: Mapping[str, Any],
    folder: Path,
    *,
    sweep: Sequence[Mapping[str, Any]] = (),
    open_world: OpenWorld | None = None,
) -> Path:
    """Write `report.html`, `report.md` and the folder `report` of its pictures; return the first.

    The same record gives the same bytes.

    Args:
        file: The record; masks lie beside it.
        figures: Made from it.
        folder: Where to write.
        sweep: Figures of a sweep.
        open_world: Opens a slide with its truth by its name; without it pictures that were made before
            are taken from beside the record, as far as they show what would be chosen now.
    Raises:
        SlideError, AnnotationError: A slide or its mask cannot be read.
        OutputError: Something cannot be written, or a kept mask is damaged.
    """
    beside = file.path.absolute().parent
    if open_world is None:
        pictures = _kept_pictures(file, figures, beside / REPORT_NAME)
    else:
        pictures = make_pictures(file, figures, KeptMasks(beside), open_world)
    blocks = _blocks(file, figures, pictures, sweep)
    page = folder / f"{REPORT_NAME}.html"
    try:
        _write_files(folder / REPORT_NAME, blocks, pictures)
        replace_file(
            folder / f"{REPORT_NAME}.md", [markdown_page(blocks, folder=REPORT_NAME).encode("utf-8")]
        )
        replace_file(page, [html_page(blocks, pictures.files).encode("utf-8")])
    except OSError as error:
        raise OutputError(f"{page} cannot be written: {error.strerror or error}.") from error
    return page


def _blocks(
    file: EvaluationFile,
    figures: Mapping[str, Any],
    pictures: Pictures,
    sweep: Sequence[Mapping[str, Any]],
) -> list[Block]:
    blocks = opening(file, figures)
    for number, group in enumerate(groups_of(figures), start=1):
        blocks += of_kind(group, file, figures, number)
    blocks += of_sweep(sweep)
    blocks += each_slide(figures)
    return [*blocks, *of_pictures(pictures.cases, chosen_patches(file, figures), figures)]


def _kept_pictures(file: EvaluationFile, figures: Mapping[str, Any], folder: Path) -> Pictures:
    """Return the pictures made earlier of the patches that are still the chosen ones."""
    chosen = chosen_patches(file, figures)
    cases = [case for case in read_cases(folder) if case.chosen in chosen]
    names = dict.fromkeys(name for case in cases for name in case.files)
    return Pictures(cases, {name: (folder / name).read_bytes() for name in names})


def _write_files(folder: Path, blocks: Sequence[Block], pictures: Pictures) -> None:
    """Write what the pages show, and remove what earlier ones showed."""
    before = {name for case in read_cases(folder) for name in case.files}
    folder.mkdir(parents=True, exist_ok=True)
    files = dict(pictures.files)
    files |= {f"{block.name}.svg": block.svg.encode() for block in blocks if isinstance(block, Chart)}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    replace_file(folder / PICTURES_NAME, [written_cases(pictures.cases)])
    for name in before - set(files):
        (folder / name).unlink(missing_ok=True)
