"""`zoomiseg demo`: the main job on a real slide, done by the simulated user."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._browser import somebody_watches
from ._demo_viewer import DemoViewer
from ._options import EngineOption, JsonFlag, WeightsOption
from ._output import counted, print_result, say
from ._replay import warm_up
from ._results import Results, result_files, write_results

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from zoomiseg.experiment import DemoClick
    from zoomiseg.session import Session
    from zoomiseg.slide import Slide

    Truth = NDArray[np.bool_]

_BASELINES = ("iou_grabcut", "iou_random_walker")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("demo", short_help="See it work on a real slide.")(demo)


def demo(
    headless: Annotated[
        bool,
        typer.Option("--headless", help="End when the files are written; never open the viewer."),
    ] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the result; an older demo there is replaced.")
    ] = Path("demo-result"),
    weights: WeightsOption = "compact",
    engine: EngineOption = "openvino",
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines",
            help="Also give the same clicks to GrabCut and random walker (needs zoomiseg[baselines]).",
        ),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Segment the slide that comes with the program, with 20 clicks of a simulated user.

    It shows breast carcinoma, with a pathologist's outlines to compare with. At most 8 clicks are made at
    the low scale, the others at the high scale, where most is still wrong. Then the viewer opens, where
    somebody sits at a screen, to go on from there; Ctrl-C ends it.
    """
    from zoomiseg.experiment import truth_on_high
    from zoomiseg.predict import load_predictors
    from zoomiseg.session import Session
    from zoomiseg.slide import open_mask, open_slide, sample_path

    path = sample_path("bcss-1015")
    with open_slide(path) as slide, open_mask(sample_path("bcss-1015-mask")) as mask:
        predictors = load_predictors(weights, engine=engine, allow_path=True)
        results = result_files(slide.name, output)
        shown = DemoViewer.of(path, output, weights, engine)
        truth = truth_on_high(mask.foreground(slide.grids.slide.box), slide.grids)
        _introduce(slide, truth)
        warm_up(predictors, ("high", "low"))
        with Session(slide, predictors=predictors, folder=shown.session if shown else None) as session:
            clicks = _clicked(session, truth)
            tiff, _ = write_results(session, slide, results)
        values = _figures(clicks) | (_baselines(slide, clicks, truth) if baselines else {})
    values = {"slide": str(path.absolute()), **values, **_files(results), "area_mm2": round(tiff.area_mm2, 6)}
    values |= {"session": str(shown.session)} if shown else {}
    print_result(values, [*_lines(values), *_files(results).values()], as_json=json)
    if shown:
        shown.tell(opens=not (headless or json) and somebody_watches())


def _introduce(slide: Slide, truth: Truth) -> None:
    size = f"{slide.width} x {slide.height} pixels at {slide.mpp[0]:g} µm"
    say(f"{slide.path.name}: {size}; tumour is {100 * truth.mean():.0f}% of it")


def _clicked(session: Session, truth: Truth) -> list[DemoClick]:
    from zoomiseg.experiment import demo_clicks

    clicks = []
    for click in demo_clicks(session, truth):
        clicks.append(click)
        what = "tumour" if click.click.label > 0 else "background"
        place = f"({click.click.x:.0f}, {click.click.y:.0f})"
        say(
            f"  click {click.number:2d}  {click.scale:4s}  {what:10s}  at {place:12s}"
            f"  IoU {click.iou:.3f}  {click.seconds:.2f} s"
        )
    return clicks


def _figures(clicks: list[DemoClick]) -> dict[str, Any]:
    low = [click for click in clicks if click.scale == "low"]
    return {
        "clicks_low": len(low),
        "clicks_high": len(clicks) - len(low),
        "iou_low": round(low[-1].iou, 4) if low else 0.0,
        "iou_composed": round(clicks[-1].iou, 4) if clicks else 0.0,
        "iou_per_click": [round(click.iou, 4) for click in clicks],
        "seconds_per_click_median": round(median(click.seconds for click in clicks), 4) if clicks else 0.0,
    }


def _baselines(slide: Slide, clicks: list[DemoClick], truth: Truth) -> dict[str, float]:
    from zoomiseg.experiment import baselines_on_slide

    placed = [click.click for click in clicks]
    return {
        f"iou_{name}": round(value, 4) for name, value in baselines_on_slide(slide, placed, truth).items()
    }


def _files(results: Results) -> dict[str, str]:
    return {"mask": str(results.mask), "geojson": str(results.geojson), "overview": str(results.overview)}


def _lines(values: dict[str, Any]) -> list[str]:
    low, high = counted(values["clicks_low"], "click"), values["clicks_high"]
    return [
        f"IoU {values['iou_low']:.3f} after {low} at the low scale, "
        f"{values['iou_composed']:.3f} after {high} more at the high scale",
        f"{values['seconds_per_click_median']:.2f} s a click (median)",
        *(
            f"{name.removeprefix('iou_')}: IoU {values[name]:.3f} from the same clicks"
            for name in _BASELINES
            if name in values
        ),
    ]
