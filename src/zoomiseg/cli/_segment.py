"""`zoomiseg segment`: a slide and a file of clicks become a mask."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoomiseg.memory import peak_rss_mb

from ._options import EngineName, EngineOption, JsonFlag, MppOption, WeightsOption
from ._output import counted, print_result, say, warn
from ._replay import replay, require_same_work, warm_up
from ._results import Results, refuse_to_replace, result_files, write_results

if TYPE_CHECKING:
    from zoomiseg.export import Exported, PlacedClick
    from zoomiseg.session import Origin, Session
    from zoomiseg.slide import Slide


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("segment", short_help="Turn clicks on a slide into a mask.")(segment)


def segment(
    slide: Annotated[
        Path, typer.Argument(metavar="SLIDE", help="The slide; `zoomiseg info` tells if it can be read.")
    ],
    clicks: Annotated[
        Path,
        typer.Option(
            "--clicks",
            help="GeoJSON points in the order of clicking, in pixels of the slide at full resolution. "
            "Each has the property label, tumour or background, and perhaps scale, low (without it) or high. "
            "Points drawn in QuPath with the classes Tumor and Stroma do as well.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Folder for mask, GeoJSON, overview and session; made if it is not there."
        ),
    ],
    weights: WeightsOption = "compact",
    engine: EngineOption = "openvino",
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Turn clicks on a slide into a mask (OME-TIFF), polygons for QuPath (GeoJSON), and a picture of both.

    The folder also keeps the session. After an interruption the same command goes on where it was.

    Example: zoomiseg segment slide.svs --clicks clicks.geojson -o result
    """
    from zoomiseg.export import read_clicks
    from zoomiseg.predict import load_predictors
    from zoomiseg.session import Session, write_origin
    from zoomiseg.slide import open_slide

    with open_slide(slide, mpp=mpp) as opened:
        warn(opened.warnings)
        placed = read_clicks(clicks, width=opened.width, height=opened.height)
        predictors = load_predictors(weights, engine=engine, allow_path=True)
        results = result_files(opened.name, output)
        refuse_to_replace(results, [slide, clicks])
        with Session(opened, folder=results.session, predictors=predictors) as session:
            told = len(session.notices)
            warn(session.notices)
            require_same_work(session, placed)
            write_origin(results.session, _origin_of(opened, weights, engine))
            seconds, tiff, regions = _worked(session, opened, placed, results)
            warn(session.notices[told:])
        lines = _lines(results, opened, regions, len(placed))
    print_result(_values(results, placed, seconds, tiff), lines, as_json=json)


def _origin_of(slide: Slide, weights: str, engine: EngineName) -> Origin:
    from zoomiseg.session import Origin

    place = str(Path(weights).expanduser().absolute()) if os.sep in weights else weights
    return Origin(slide.path.absolute(), slide.name, slide.mpp, place, engine)


def _worked(
    session: Session, slide: Slide, placed: Sequence[PlacedClick], results: Results
) -> tuple[list[float], Exported, Exported]:
    """Click, write the results, and tell a user who interrupts it what is kept."""
    try:
        warm_up(session.predictors, {each.scale for each in placed[len(session.events) :]})
        return replay(session, placed), *write_results(session, slide, results)
    except KeyboardInterrupt:
        kept = f"{len(session.events)} of {counted(len(placed), 'click')}"
        say(f"{kept} are kept in {results.session}; the same command goes on from there.")
        raise


def _values(
    results: Results, placed: Sequence[PlacedClick], seconds: list[float], tiff: Exported
) -> dict[str, Any]:
    high = sum(each.scale == "high" for each in placed)
    return {
        "session": str(results.session),
        "mask": str(results.mask),
        "geojson": str(results.geojson),
        "overview": str(results.overview),
        "clicks_low": len(placed) - high,
        "clicks_high": high,
        "area_mm2": round(tiff.area_mm2, 6),
        # Of the clicks that this run made: a run that only finds them made has none to time.
        "seconds_per_click": round(median(seconds), 4) if seconds else 0.0,
        "peak_rss_mb": peak_rss_mb(),
    }


def _lines(results: Results, slide: Slide, regions: Exported, clicks: int) -> list[str]:
    count = counted(regions.polygons or 0, "region")
    return [
        f"{results.geojson}: {count}, {regions.area_mm2:.3f} mm², from {counted(clicks, 'click')}",
        f"{results.mask}: mask at {slide.grids.high.mpp[0]:.3g} µm per pixel",
        f"{results.overview}: picture of slide, mask and clicks",
        f"{results.session}: session, to go on with",
    ]
