"""`zoomiseg segment`: a slide and a file of clicks become a mask."""

from __future__ import annotations

import hashlib
import json as json_
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from zoomiseg.errors import OutputError, SessionError

from ._output import JsonFlag, MppOption, peak_rss_mb, print_result, progress, warn

if TYPE_CHECKING:
    from zoomiseg.export import Exported, PlacedClick
    from zoomiseg.session import Session
    from zoomiseg.slide import Slide

ORIGIN = "origin.json"


@dataclass(frozen=True, slots=True)
class Results:
    """The files that one slide's result consists of."""

    session: Path
    mask: Path
    geojson: Path
    overview: Path


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("segment")(segment)


def segment(
    slide: Annotated[Path, typer.Argument(help="The slide.")],
    clicks: Annotated[
        Path, typer.Option("--clicks", help="GeoJSON points in the order of clicking; see docs/clicks.md.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Folder for mask, GeoJSON, overview and session; made if it is not there."
        ),
    ],
    weights: Annotated[
        str, typer.Option("--weights", help="Name of the weights, or a folder's path.")
    ] = "compact",
    engine: Annotated[
        str, typer.Option("--engine", help="openvino (CPU) or torch (GPU where there is one).")
    ] = "openvino",
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Turn clicks on a slide into a mask, GeoJSON for QuPath, and an overview.

    Run again after an interruption, it goes on where it was.
    """
    from zoomiseg.export import read_clicks
    from zoomiseg.slide import open_slide

    with open_slide(slide, mpp=mpp) as opened:
        warn(opened.warnings)
        placed = read_clicks(clicks, width=opened.width, height=opened.height)
        results = result_files(opened.name, output)
        with open_session(opened, results.session, weights=weights, engine=engine) as session:
            seconds = replay(session, placed)
            warn(session.notices)
            tiff, regions = write_results(session, opened, results)
        high = sum(each.scale == "high" for each in placed)
        values = {
            "session": str(results.session),
            "mask": str(results.mask),
            "geojson": str(results.geojson),
            "overview": str(results.overview),
            "clicks_low": len(placed) - high,
            "clicks_high": high,
            "area_mm2": round(tiff.area_mm2, 6),
            "seconds_per_click": round(median(seconds), 4),
            "peak_rss_mb": peak_rss_mb(),
        }
        count = f"{len(placed)} click{'s' if len(placed) != 1 else ''}"
        lines = [
            f"{results.geojson}: {regions.polygons} regions, {tiff.area_mm2:.3f} mm², from {count}",
            f"{results.mask}: mask at {opened.grids.high.mpp[0]:.3g} µm per pixel",
            f"{results.overview}: picture",
            f"{results.session}: session, to go on with",
        ]
    print_result(values, lines, as_json=json)


def result_files(name: str, output: Path) -> Results:
    """Return where a slide's result goes, and make the folder.

    Raises:
        OutputError: The folder cannot be made or written to.
    """
    folder = output.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{name}.probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {folder}: {error.strerror}.", hint="Choose another folder with -o."
        ) from error
    return Results(
        folder / f"{name}.zoomiseg",
        folder / f"{name}-mask.ome.tif",
        folder / f"{name}.geojson",
        folder / f"{name}-overview.png",
    )


def open_session(slide: Slide, folder: Path | None, *, weights: str, engine: str) -> Session:
    """Open or make the session of a slide; what it was made from is noted beside it for `export`."""
    from typing import cast

    from zoomiseg.predict import Engine, load_predictors
    from zoomiseg.session import Session

    if engine not in ("openvino", "torch"):
        raise typer.BadParameter(f"--engine is openvino or torch, got {engine!r}.")
    predictors = load_predictors(weights, engine=cast(Engine, engine), allow_path=True)
    predictors.warm_up()
    session = Session(slide, folder=folder, predictors=predictors)
    if folder is not None:
        path_or_name = str(Path(weights).resolve()) if "/" in weights else weights
        origin = {
            "slide": str(slide.path.resolve()),
            "mpp": list(slide.mpp),
            "weights": path_or_name,
            "engine": engine,
        }
        (folder / ORIGIN).write_text(json_.dumps(origin), "utf-8")
    return session


def replay(session: Session, placed: Sequence[PlacedClick]) -> list[float]:
    """Make the clicks that the session has not seen yet; return the seconds of each that was made.

    Raises:
        SessionError: The session holds other operations than these clicks.
    """
    from zoomiseg.session import ClickMade

    names = [_op_id(index, each) for index, each in enumerate(placed)]
    done = [event.op_id for event in session.events]
    made = [event.op_id for event in session.events if isinstance(event.payload, ClickMade)]
    if done != names[: len(done)] or len(made) != len(done) or session.revision != len(done):
        raise SessionError(
            f"{session.folder} already holds other work on this slide.",
            hint="Choose another folder with -o, or move that session away.",
        )
    seconds = []
    with progress("Clicking") as advance:
        for index, each in enumerate(placed):
            before = perf_counter()
            click = each.click
            session.click(x=click.x, y=click.y, label=click.label, scale=each.scale, op_id=names[index])
            seconds.append(perf_counter() - before)
            advance((index + 1) / len(placed))
    return seconds


def write_results(session: Session, slide: Slide, results: Results) -> tuple[Exported, Exported]:
    """Write mask, GeoJSON and overview, and return what the first two hold."""
    from zoomiseg.export import export, write_overview

    with progress("Writing the mask") as advance:
        tiff = export(session, results.mask, progress=advance)
    with progress("Writing polygons") as advance:
        regions = export(session, results.geojson, progress=advance)
    write_overview(session, slide, results.overview, area_mm2=tiff.area_mm2)
    return tiff, regions


def _op_id(index: int, placed: PlacedClick) -> str:
    click = placed.click
    text = f"{index} {click.x!r} {click.y!r} {click.label} {placed.scale}"
    return f"segment-{index + 1}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
