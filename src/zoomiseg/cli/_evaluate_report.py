"""What `zoomiseg evaluate` gives in the end: table, report, and figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoomiseg.errors import OutputError

from ._output import print_result

if TYPE_CHECKING:
    from zoomiseg.experiment.evaluation import EvaluationFile
    from zoomiseg.experiment.report import OpenWorld

_TABLE_NAME = "table.md"


def finish(
    file: EvaluationFile,
    figures: dict[str, Any],
    output: Path | None,
    *,
    as_json: bool,
    open_world: OpenWorld | None = None,
) -> None:
    """Write table and report where there is a folder for them, and print the figures.

    Args:
        file: The record.
        figures: Made from it.
        output: The folder.
        as_json: Print one object instead of the tables.
        open_world: Opens a slide by its name; without it the report takes pictures made before.
    """
    from zoomiseg.experiment.evaluation import evaluation_table
    from zoomiseg.experiment.report import write_report
    from zoomiseg.experiment.sweep import read_sweep, sweep_figures

    lines = evaluation_table(figures)
    swept = sweep_figures(file, read_sweep(file))
    values = {**figures, "sweep": swept, "file": str(file.path.absolute())}
    if output is not None:
        folder = output.absolute()
        values["table"] = str(_write_table(folder / _TABLE_NAME, lines))
        if file.path.absolute().parent == folder:
            file.save(figures)
        report = write_report(file, figures, folder, sweep=swept, open_world=open_world)
        values["report"] = str(report)
    print_result(values, lines, as_json=as_json)


def _write_table(path: Path, lines: Sequence[str]) -> Path:
    from zoomiseg.durable import replace_file

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, [("\n".join(lines) + "\n").encode("utf-8")])
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    return path
