"""`zoomiseg info`: what a slide is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._options import JsonFlag, MppOption
from ._output import print_result

if TYPE_CHECKING:
    from zoomiseg.slide import Slide


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("info", short_help="Say what a slide is.")(info)


def info(
    slide: Annotated[
        Path,
        typer.Argument(
            metavar="SLIDE",
            help="A slide in any format that OpenSlide reads, OME-TIFF, OME-Zarr, or a plain image.",
        ),
    ],
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Say what a slide is: its size, microns per pixel, levels, share of tissue, and what is odd about it."""
    from zoomiseg.slide import open_slide, tissue_mask

    with open_slide(slide, mpp=mpp) as opened:
        values = _values(opened, tissue_mask(opened).fraction)
    print_result({"slide": str(slide.absolute()), **values}, _lines(slide.name, values), as_json=json)


def _values(slide: Slide, tissue_fraction: float) -> dict[str, Any]:
    return {
        "width": slide.width,
        "height": slide.height,
        "mpp": sum(slide.mpp) / 2,
        "mpp_x": slide.mpp[0],
        "mpp_y": slide.mpp[1],
        "objective": slide.objective,
        "vendor": slide.vendor,
        "levels": [{"width": width, "height": height} for width, height in slide.levels],
        "scales": {
            name: {"width": grid.width, "height": grid.height, "mpp": list(grid.mpp)}
            for name, grid in (("low", slide.grids.low), ("high", slide.grids.high))
        },
        "tissue_fraction": round(tissue_fraction, 4),
        "warnings": list(slide.warnings),
    }


def _lines(name: str, values: dict[str, Any]) -> list[str]:
    width_mm, height_mm = (
        values["width"] * values["mpp_x"] / 1000,
        values["height"] * values["mpp_y"] / 1000,
    )
    low, high = values["scales"]["low"], values["scales"]["high"]
    objective = f"{values['objective']:g}x" if values["objective"] else "not recorded"
    return [
        f"{name}: {values['width']} x {values['height']} pixels, {width_mm:.2f} x {height_mm:.2f} mm",
        f"  microns per pixel  {values['mpp_x']:g} x {values['mpp_y']:g}",
        f"  objective          {objective}",
        f"  format             {values['vendor']}",
        f"  levels             {', '.join(_size(level) for level in values['levels'])}",
        f"  low scale          {_size(low)} at {low['mpp'][0]:.4g} µm per pixel",
        f"  high scale         {_size(high)} at {high['mpp'][0]:.4g} µm per pixel",
        f"  tissue             {100 * values['tissue_fraction']:.1f}%",
        *(f"  warning            {warning}" for warning in values["warnings"]),
    ]


def _size(level: dict[str, Any]) -> str:
    return f"{level['width']} x {level['height']}"
