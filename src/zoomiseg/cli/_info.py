"""`zoomiseg info`: what a slide is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._output import JsonFlag, MppOption, print_result


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("info")(info)


def info(
    slide: Annotated[
        Path,
        typer.Argument(help="A slide in any format that OpenSlide reads, OME-TIFF, OME-Zarr or an image."),
    ],
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Say what a slide is: size, microns per pixel, levels, share of tissue, warnings."""
    from zoomiseg.slide import open_slide, tissue_mask

    with open_slide(slide, mpp=mpp) as opened:
        fraction = tissue_mask(opened).fraction
        values = {
            "slide": str(slide.resolve()),
            "width": opened.width,
            "height": opened.height,
            "mpp": sum(opened.mpp) / 2,
            "mpp_x": opened.mpp[0],
            "mpp_y": opened.mpp[1],
            "objective": opened.objective,
            "vendor": opened.vendor,
            "levels": [{"width": width, "height": height} for width, height in opened.levels],
            "scales": {
                name: {"width": grid.width, "height": grid.height, "mpp": list(grid.mpp)}
                for name, grid in (("low", opened.grids.low), ("high", opened.grids.high))
            },
            "tissue_fraction": round(fraction, 4),
            "warnings": list(opened.warnings),
        }
        grids = opened.grids
        width_mm, height_mm = opened.width * opened.mpp[0] / 1000, opened.height * opened.mpp[1] / 1000
        lines = [
            f"{slide.name}: {opened.width} x {opened.height} pixels, {width_mm:.2f} x {height_mm:.2f} mm",
            f"  microns per pixel  {opened.mpp[0]:g} x {opened.mpp[1]:g}",
            f"  objective          {f'{opened.objective:g}x' if opened.objective else 'not recorded'}",
            f"  format             {opened.vendor}",
            f"  levels             {', '.join(f'{w} x {h}' for w, h in opened.levels)}",
            f"  low scale          {grids.low.width} x {grids.low.height} at {grids.low.mpp[0]:.4g} µm",
            f"  high scale         {grids.high.width} x {grids.high.height} at {grids.high.mpp[0]:.4g} µm",
            f"  tissue             {100 * fraction:.1f}%",
            *(f"  warning            {warning}" for warning in opened.warnings),
        ]
    print_result(values, lines, as_json=json)
