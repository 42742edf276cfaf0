"""`zoomiseg import`: foreign annotations and finished sessions become masks and a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._options import JsonFlag, MppOption, listed
from ._output import Advance, counted, print_result, progress, say, warn

if TYPE_CHECKING:
    from zoomiseg.datasets.importing import Imported, ImportState

_SAY_EVERY_S = 10.0
_MOST_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("import", short_help="Bring annotations of other programs to a manifest.")(import_)


def import_(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="What is searched for annotated slides, with all folders in it."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the manifest pairs.csv and the masks.")
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Look only for session, paip2019, camelyon, qupath, asap, imagescope or pairs; several "
            "times, or with commas. Without it all are looked for.",
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="NAME",
            help="Classes, groups or layers that are the target, instead of the usual names of tumour; "
            "* stands for any letters.",
        ),
    ] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            "--cut",
            metavar="NAME",
            help="Those that are cut out of it, instead of the usual names of what is no tumour.",
        ),
    ] = None,
    mask_value: Annotated[
        int | None,
        typer.Option("--mask-value", help="The value that marks the target in mask files; else any above 0."),
    ] = None,
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Find annotated slides in a folder and write one manifest, for prepare, train and evaluate.

    The masks of outlines are written beside it; masks that are there already stay where they are. A slide
    that cannot be used is left out and named. After an interruption the same command goes on where it was.

    Example: zoomiseg import slides -o imported
    """
    from zoomiseg.datasets.importing import ImportOptions, formats_called, import_folder

    options = ImportOptions(
        target=tuple(listed(target or ())), cut=tuple(listed(cut or ())), mpp=mpp, mask_value=mask_value
    )
    chosen = formats_called(listed(formats or ()))
    with progress("Importing slides") as advance, _telling(advance, output.absolute()) as report:
        done = import_folder(folder, output.absolute(), formats=chosen, options=options, report=report)
    _warn_few(list(done.notices))
    _warn_few([f"Left out: {path}: {reason}" for path, reason in done.skipped])
    print_result(_values(done), _lines(done), as_json=json)


class _Teller:
    """Moves the bar, and says now and then how far the work is."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._said = monotonic()
        self.last: ImportState | None = None

    def __call__(self, state: ImportState) -> None:
        self.last = state
        self._advance((state.done + state.share) / max(state.slides, 1))
        if monotonic() - self._said >= _SAY_EVERY_S:
            self._said = monotonic()
            say(f"  {state.done} of {counted(state.slides, 'slide')}, {100 * state.share:.0f}% of the next")


@contextmanager
def _telling(advance: Advance, folder: Path) -> Iterator[_Teller]:
    teller = _Teller(advance)
    try:
        yield teller
    except KeyboardInterrupt:
        if teller.last is not None:
            finished = f"{teller.last.done} of {counted(teller.last.slides, 'slide')}"
            say(f"Finished so far: {finished}, in {folder}; the same command goes on from there.")
        raise


def _warn_few(lines: list[str]) -> None:
    warn(lines[:_MOST_SHOWN])
    if len(lines) > _MOST_SHOWN:
        warn([f"... and {len(lines) - _MOST_SHOWN} more of this kind; --json names all."])


def _values(done: Imported) -> dict[str, Any]:
    return {
        "manifest": str(done.manifest),
        "slides": done.slides,
        "skipped": [{"slide": str(path), "reason": reason} for path, reason in done.skipped],
        "warnings": list(done.notices),
        "formats": done.formats,
    }


def _lines(done: Imported) -> list[str]:
    left_out = f" ({len(done.skipped)} left out)" if done.skipped else ""
    formats = ", ".join(f"{count} {name}" for name, count in done.formats.items())
    return [f"{done.manifest}: {counted(done.slides, 'slide')}{left_out}; {formats}"]
