"""`zoomiseg demo`: the main job on a real slide, done by the simulated user."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._output import JsonFlag, print_result, say
from ._segment import open_session, result_files, write_results

if TYPE_CHECKING:
    from zoomiseg.experiment import DemoClick
    from zoomiseg.slide import Slide


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("demo")(demo)


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="End with the files; open nothing.")] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the result; an older demo there is replaced.")
    ] = Path("demo-result"),
    weights: Annotated[
        str, typer.Option("--weights", help="Name of the weights, or a folder's path.")
    ] = "compact",
    engine: Annotated[
        str, typer.Option("--engine", help="openvino (CPU) or torch (GPU where there is one).")
    ] = "openvino",
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines",
            help="Also give the same clicks to GrabCut and random walker (needs zoomiseg[baselines]).",
        ),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Segment the sample slide, breast carcinoma with a pathologist's truth, with 20 clicks of a simulated user.

    At most 8 clicks at the low scale, the others at the high scale where most is still wrong.
    """
    from zoomiseg.experiment import demo_clicks
    from zoomiseg.slide import open_mask, open_slide, sample_path

    path = sample_path("bcss-1015")
    with open_slide(path) as slide, open_mask(sample_path("bcss-1015-mask")) as mask:
        results = result_files(slide.name, output)
        truth = _truth_on_high(mask.foreground(slide.grids.slide.box), slide.grids)
        say(
            f"{path.name}: {slide.width} x {slide.height} pixels at {slide.mpp[0]:g} µm; tumour is {100 * truth.mean():.0f}% of it"
        )
        with open_session(slide, None, weights=weights, engine=engine) as session:
            clicks = []
            for click in demo_clicks(session, truth):
                clicks.append(click)
                say(_line(click))
            tiff, _ = write_results(session, slide, results)
            values = _values(clicks) | (_baselines(slide, clicks, truth) if baselines else {})
    files = {"mask": str(results.mask), "geojson": str(results.geojson), "overview": str(results.overview)}
    values = {"slide": str(path), **values, **files, "area_mm2": round(tiff.area_mm2, 6)}
    lines = [
        f"IoU {values['iou_low']:.3f} after {values['clicks_low']} clicks at the low scale, "
        f"{values['iou_composed']:.3f} after {values['clicks_high']} more at the high scale",
        f"{values['seconds_per_click_median']:.2f} s a click (median)",
        *(
            f"{name.removeprefix('iou_')}: IoU {values[name]:.3f} from the same clicks"
            for name in values
            if name in _BASELINES
        ),
        *files.values(),
    ]
    print_result(values, lines, as_json=json)


_BASELINES = ("iou_grabcut", "iou_random_walker")


def _values(clicks: list[DemoClick]) -> dict[str, Any]:
    low = [click for click in clicks if click.scale == "low"]
    return {
        "clicks_low": len(low),
        "clicks_high": len(clicks) - len(low),
        "iou_low": round(low[-1].iou, 4) if low else 0.0,
        "iou_composed": round(clicks[-1].iou, 4) if clicks else 0.0,
        "iou_per_click": [round(click.iou, 4) for click in clicks],
        "seconds_per_click_median": round(median(click.seconds for click in clicks), 4) if clicks else 0.0,
    }


def _line(click: DemoClick) -> str:
    what = "tumour" if click.click.label > 0 else "background"
    return (
        f"  click {click.number:2d}  {click.scale:4s}  {what:10s}  at ({click.click.x:.0f}, {click.click.y:.0f})"
        f"  IoU {click.iou:.3f}  {click.seconds:.2f} s"
    )


def _truth_on_high(truth: Any, grids: Any) -> Any:
    """Return the truth on the high grid: each pixel is tumour if at least half of it is."""
    import cv2
    import numpy as np

    share = cv2.resize(
        truth.astype(np.float32), (grids.high.width, grids.high.height), interpolation=cv2.INTER_AREA
    )
    return np.asarray(share >= 0.5)


def _baselines(slide: Slide, clicks: list[DemoClick], truth: Any) -> dict[str, float]:
    from zoomiseg.experiment import baselines_on_slide

    placed = [click.click for click in clicks]
    return {
        f"iou_{name}": round(value, 4) for name, value in baselines_on_slide(slide, placed, truth).items()
    }
