"""`zoomiseg export`: a session or a mask in another form."""

from __future__ import annotations

import json as json_
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoomiseg.errors import OutputError, SessionError, SlideError

from ._output import JsonFlag, MppOption, print_result, progress, say, warn
from ._segment import ORIGIN

if TYPE_CHECKING:
    from zoomiseg.export import MaskRegion
    from zoomiseg.slide import Slide

_GEOJSON = (".geojson", ".json", ".gz", ".zip")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("export")(export)


def export(
    source: Annotated[
        Path,
        typer.Argument(metavar="SESSION|MASK", help="A .zoomiseg folder, a mask TIFF or PNG, or GeoJSON."),
    ],
    to: Annotated[str, typer.Option("--to", help="geojson or tiff.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; an older one is replaced.")
    ],
    slide: Annotated[
        Path | None, typer.Option("--slide", help="The slide, where it is not found by itself.")
    ] = None,
    class_: Annotated[str, typer.Option("--class", help="Which class of a session.")] = "tumour",
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Write a session's mask, or a mask file, as GeoJSON for QuPath or as a pyramidal OME-TIFF."""
    from zoomiseg.export import WRITERS
    from zoomiseg.export import export as write

    if to not in WRITERS:
        raise OutputError(f"No export is called {to!r}.", hint=f"Known are: {', '.join(WRITERS)}.")
    with ExitStack() as stack, progress("Exporting") as advance:
        region = _region(source, slide, class_, mpp, stack)
        done = write(region, output.absolute(), to=to, progress=advance)
    values = {"path": str(done.path), "polygons": done.polygons, "area_mm2": round(done.area_mm2, 6)}
    regions = f"{done.polygons} regions, " if done.polygons is not None else ""
    print_result(values, [f"{done.path}: {regions}{done.area_mm2:.3f} mm²"], as_json=json)


def _region(source: Path, slide: Path | None, class_: str, mpp: float | None, stack: ExitStack) -> MaskRegion:
    if source.suffix == ".zoomiseg" or (source / "session.json").exists():
        return _of_session(source, slide, class_, mpp, stack)
    if source.suffix.lower() in _GEOJSON:
        return _of_geojson(source, slide, mpp, stack)
    return _of_mask(source, slide, mpp, stack)


def _of_session(
    folder: Path, slide: Path | None, class_: str, mpp: float | None, stack: ExitStack
) -> MaskRegion:
    from zoomiseg.export import region_of_session
    from zoomiseg.predict import load_predictors
    from zoomiseg.session import Session

    card, origin = _json_of(folder / "session.json"), _json_of(folder / ORIGIN)
    if not card:
        raise SessionError(f"{folder} is no session: it holds no readable session.json.")
    recorded = origin.get("mpp") or [None]
    opened = _opened(_slide_of(folder, slide, card, origin), mpp or recorded[0], stack)
    weights = str(origin.get("weights") or card["weights"]["name"])
    predictors = load_predictors(weights, engine=card["engine"], allow_path=True)
    session = stack.enter_context(Session(opened, folder=folder, predictors=predictors))
    warn(session.notices)
    return region_of_session(session, class_=class_)


def _slide_of(folder: Path, slide: Path | None, card: dict[str, Any], origin: dict[str, Any]) -> Path:
    if slide is not None:
        return slide
    name = str(card["slide"]["name"])
    recorded = Path(str(origin.get("slide", "")))
    beside = [
        entry for place in (folder.parent, folder.parent.parent) for entry in sorted(place.glob(f"{name}.*"))
    ]
    results = {".zoomiseg", ".geojson", ".json", ".png"}
    for candidate in (recorded, *(entry for entry in beside if entry.suffix not in results)):
        if candidate.is_file() or candidate.suffix == ".zarr":
            return candidate
    raise SlideError(f"The slide {name} of {folder.name} is not where it was.", hint="Name it with --slide.")


def _of_geojson(source: Path, slide: Path | None, mpp: float | None, stack: ExitStack) -> MaskRegion:
    from zoomiseg.export import read_geojson, region_of_annotations

    grids = _opened(slide, mpp, stack).grids if slide else None
    return region_of_annotations(read_geojson(source), source, grids)


def _of_mask(source: Path, slide: Path | None, mpp: float | None, stack: ExitStack) -> MaskRegion:
    from zoomiseg.export import region_of_mask
    from zoomiseg.slide import open_mask

    mask = stack.enter_context(open_mask(source))
    if slide is not None:
        return region_of_mask(mask, _opened(slide, mpp, stack).grids, mpp=(1.0, 1.0))
    own = (mpp, mpp) if mpp else mask.mpp
    if own is None:
        raise OutputError(
            f"{source.name} does not say its microns per pixel.",
            hint="Name its slide with --slide, or give --mpp.",
        )
    say(f"Note: without --slide, coordinates are the pixels of {source.name} itself.")
    return region_of_mask(mask, None, mpp=own)


def _opened(slide: Path, mpp: float | None, stack: ExitStack) -> Slide:
    from zoomiseg.slide import open_slide

    return stack.enter_context(open_slide(slide, mpp=mpp))


def _json_of(path: Path) -> dict[str, Any]:
    try:
        values = json_.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
