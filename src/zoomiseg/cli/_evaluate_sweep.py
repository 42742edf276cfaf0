"""The sweep of `zoomiseg evaluate`: its row zoomiseg again under other thresholds, on few slides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zoomiseg.errors import OutputError

from ._options import listed
from ._output import say

if TYPE_CHECKING:
    from zoomiseg.datasets import Pair
    from zoomiseg.experiment.evaluation import EvaluationFile
    from zoomiseg.experiment.simulation import Row

_ROW = "zoomiseg"
Click = Callable[[Sequence["Pair"], Sequence["Row"], "EvaluationFile"], object]


def swept_pairs(pairs: Sequence[Pair], names: Sequence[str], wanted: str | None) -> list[Pair]:
    """Return the slides of the sweep: those named, else the first two.

    Args:
        pairs: All of the evaluation.
        names: Theirs, in the same order.
        wanted: Names with commas.
    """
    from zoomiseg.experiment.sweep import MOST_SLIDES

    chosen = listed([wanted]) if wanted is not None else list(names[:MOST_SLIDES])
    unknown = [name for name in chosen if name not in names]
    if unknown or not 1 <= len(set(chosen)) <= MOST_SLIDES:
        raise typer.BadParameter(
            f"--sweep-slides takes one or {MOST_SLIDES} names of {', '.join(names)}; got {wanted!r}."
        )
    return [pair for pair, name in zip(pairs, names, strict=True) if name in chosen]


def needs_zoomiseg(rows: Sequence[str]) -> None:
    """Refuse a sweep without the row that it varies."""
    if _ROW not in rows:
        raise typer.BadParameter(f"--sweep varies the row {_ROW}: add it to --rows.")


def run_sweep(file: EvaluationFile, rows: Sequence[Row], pairs: Sequence[Pair], click: Click) -> None:
    """Run every setting that is missing; each is kept in a folder of its own.

    Args:
        file: The evaluation, whose thresholds are varied.
        rows: Its rows, zoomiseg among them.
        pairs: The slides.
        click: Runs rows on slides and keeps them in a file.
    """
    from zoomiseg.experiment.evaluation import EvaluationFile, Setting
    from zoomiseg.experiment.sweep import swept_settings

    row = [each for each in rows if each.name == _ROW]
    settings = swept_settings(file.setting.rules)
    for number, setting in enumerate(settings, start=1):
        say(f"Sweep, setting {number} of {len(settings)}: {setting.name}")
        path = setting.path_in(file.path.absolute().parent)
        _make(path.parent)
        own = EvaluationFile.resume(path, Setting(setting.rules, file.setting.hands), row)
        click(pairs, row, own)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
