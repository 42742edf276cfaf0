"""`zoomiseg bench`: speed, as ratios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import EngineOption, JsonFlag, listed
from ._output import print_result, say


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("bench", short_help="Measure how fast clicks are answered.")(bench)


def bench(
    stage: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            help="Only these: read, guidance, network, compose, encode, end-to-end, peers, first; several "
            "times, or with commas.",
        ),
    ] = None,
    engine: EngineOption = "openvino",
    page: Annotated[
        Path | None,
        typer.Option("--page", help="A Markdown page to put the tables into, between its bench comments."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Measure a click stage by stage, and against what a user would pick instead.

    All that is compared is timed in turns in one run, so that the ratios hold on a busy machine too. The
    peers take minutes and need zoomiseg[sam].
    """
    from zoomiseg.bench import STAGES, markdown, write_page
    from zoomiseg.bench import bench as measure

    wanted = listed(stage or STAGES)
    for name in wanted:
        if name not in STAGES:
            raise typer.BadParameter(f"There is no stage {name!r}; there is {', '.join(STAGES)}.")
    if engine == "torch":
        raise typer.BadParameter("PyTorch is what the other engines are measured against; take one of them.")
    figures = measure(wanted, engine=engine, say=say)
    if page:
        write_page(page, figures)
    print_result(figures, markdown(figures).splitlines(), as_json=json)
