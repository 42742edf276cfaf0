"""Options that several verbs share, so that they are called and explained the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import typer

from zoomiseg.geometry import Scale

EngineName = Literal["openvino-int8", "openvino", "torch"]
ScaleChoice = Literal["low", "high"]


def positive_mpp(mpp: float | None) -> float | None:
    """Return a value of --mpp, or refuse one that is not a positive number."""
    try:
        return mpp if mpp is None else Scale(mpp).mpp
    except ValueError as error:
        raise typer.BadParameter(f"{mpp:g} is no number of microns per pixel.") from error


def listed(values: Iterable[str]) -> list[str]:
    """Return the names in an option that may be given several times, with commas, or both."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to stdout, and everything else to stderr.")
]
MppOption = Annotated[
    float | None,
    typer.Option(
        "--mpp",
        callback=positive_mpp,
        help="Microns per pixel of the slide at full resolution, where it does not say so itself, "
        "or wrongly: 0.25 is about 40x, 0.5 about 20x.",
    ),
]
WeightsOption = Annotated[
    str,
    typer.Option(
        "--weights",
        help="Trained networks: a name from `zoomiseg weights list`, or a folder's path, such as ./mine.",
    ),
]
EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        help="What runs the networks: openvino-int8 on a CPU, in whole numbers where the weights have such a "
        "model; openvino in single precision; torch also on a GPU.",
    ),
]
