"""`zoomiseg export`: a session or a mask in another form."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from zoomiseg.errors import OutputError

from ._options import JsonFlag, MppOption
from ._output import counted, print_result, progress, say, warn
from ._results import keep_inputs

if TYPE_CHECKING:
    from zoomiseg.export import MaskRegion
    from zoomiseg.slide import Slide

Form = Literal["geojson", "tiff"]
_GEOJSON = (".geojson", ".json", ".gz", ".zip")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("export", short_help="Write a mask in another form.")(export)


def export(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SESSION|MASK",
            help="A session (the folder NAME.zoomiseg), a mask (TIFF or PNG), or GeoJSON with areas.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; an older one is replaced.")
    ],
    to: Annotated[
        Form | None,
        typer.Option(
            "--to",
            help="geojson (polygons for QuPath) or tiff (an OME-TIFF pyramid); without it, the ending tells.",
        ),
    ] = None,
    slide: Annotated[
        Path | None,
        typer.Option(
            "--slide", help="The slide, where it is not found by itself, or to place a mask file on it."
        ),
    ] = None,
    class_: Annotated[str, typer.Option("--class", help="Which class of a session.")] = "tumour",
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights", help="The networks of a session, where they are no longer where they were."
        ),
    ] = None,
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Write the mask of a session, or a mask file, as GeoJSON for QuPath or as a pyramidal OME-TIFF.

    GeoJSON is in pixels of the slide at full resolution; the TIFF has the high scale, about 0.5 µm.

    Example: zoomiseg export result/slide.zoomiseg -o slide.geojson
    """
    from zoomiseg.export import export as write

    with ExitStack() as stack:
        inputs = _Inputs(stack, [source], slide, mpp)
        region = _region(inputs, source, class_, weights)
        keep_inputs([output], inputs.read)
        with progress("Exporting") as advance:
            done = write(region, output.absolute(), to=to, progress=advance)
    values = {"path": str(done.path), "polygons": done.polygons, "area_mm2": round(done.area_mm2, 6)}
    regions = f"{counted(done.polygons, 'region')}, " if done.polygons is not None else ""
    print_result(values, [f"{done.path}: {regions}{done.area_mm2:.3f} mm²"], as_json=json)


class _Inputs:
    """What is read, and stays open until the export is done.

    Args:
        stack: Closes it.
        read: The files, and each slide that is opened.
        slide: The slide that the user named, or None.
        mpp: The µm per pixel that the user gave, or None.
    """

    def __init__(self, stack: ExitStack, read: list[Path], slide: Path | None, mpp: float | None) -> None:
        self.stack, self.read, self.slide, self.mpp = stack, read, slide, mpp

    def open_slide(self, path: Path, *, mpp: float | None = None) -> Slide:
        """Open a slide at what the user gave, else at `mpp`, else at what it says itself."""
        from zoomiseg.slide import open_slide

        self.read.append(path)
        return self.stack.enter_context(open_slide(path, mpp=self.mpp or mpp))


def _region(inputs: _Inputs, source: Path, class_: str, weights: str | None) -> MaskRegion:
    if source.suffix == ".zoomiseg" or source.is_dir():
        return _of_session(inputs, source, class_, weights)
    if source.suffix.lower() in _GEOJSON:
        return _of_geojson(inputs, source)
    return _of_mask(inputs, source)


def _of_session(inputs: _Inputs, folder: Path, class_: str, weights: str | None) -> MaskRegion:
    from zoomiseg.export import region_of_session
    from zoomiseg.predict import load_predictors
    from zoomiseg.session import Session, find_slide, read_origin

    origin = read_origin(folder)
    x, y = origin.mpp
    # Pixels that are not square can only come from the slide itself: --mpp gives one number.
    slide = inputs.open_slide(inputs.slide or find_slide(folder, origin), mpp=x if x == y else None)
    predictors = load_predictors(weights or origin.weights, engine=origin.engine, allow_path=True)
    session = inputs.stack.enter_context(Session(slide, folder=folder, predictors=predictors))
    warn(session.notices)
    return region_of_session(session, class_=class_)


def _of_geojson(inputs: _Inputs, source: Path) -> MaskRegion:
    from zoomiseg.export import read_geojson, region_of_annotations

    grids = inputs.open_slide(inputs.slide).grids if inputs.slide else None
    return region_of_annotations(read_geojson(source), source, grids)


def _of_mask(inputs: _Inputs, source: Path) -> MaskRegion:
    from zoomiseg.export import region_of_bare_mask, region_of_mask
    from zoomiseg.slide import open_mask

    mask = inputs.stack.enter_context(open_mask(source))
    if inputs.slide is not None:
        return region_of_mask(mask, inputs.open_slide(inputs.slide).grids)
    mpp = (inputs.mpp, inputs.mpp) if inputs.mpp else mask.mpp
    if mpp is None:
        raise OutputError(
            f"{source.name} does not say its microns per pixel.",
            hint="Name its slide with --slide, or give --mpp.",
        )
    say(f"Note: without --slide, coordinates are the pixels of {source.name} itself.")
    return region_of_bare_mask(mask, mpp=mpp)
