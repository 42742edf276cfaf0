"""`zoomiseg evaluate-patches`: click curves on plain images with masks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoomiseg.errors import ManifestError

from ._options import EngineName, EngineOption, JsonFlag, ScaleChoice, positive_mpp
from ._output import counted, print_result, progress

if TYPE_CHECKING:
    from zoomiseg.datasets import Pair
    from zoomiseg.experiment import Method


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("evaluate-patches", short_help="Count the clicks to a good mask.")(evaluate_patches)


def evaluate_patches(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST", help="CSV with the columns slide, mask, mpp and perhaps split, kind."
        ),
    ],
    scale: Annotated[
        ScaleChoice,
        typer.Option("--scale", help="Which network clicks: low, at 2.0 µm per pixel, or high, at 0.5."),
    ],
    weights: Annotated[
        str, typer.Option("--weights", help="Weights by name or folder; or grabcut, random-walker.")
    ] = "compact",
    split: Annotated[str, typer.Option("--split", help="Only rows of this split; empty takes all.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="Only rows whose column kind is this; several with commas.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", help="At most so many images, evenly spread; 0 takes all.", min=0)
    ] = 0,
    mpp: Annotated[
        float | None,
        typer.Option(
            "--mpp",
            callback=positive_mpp,
            help="Microns per pixel that the images are brought to, instead of the scale's own.",
        ),
    ] = None,
    engine: EngineOption = "openvino",
    json: JsonFlag = False,
) -> None:
    """Let the exact robot click each image, at most 20 times, and print how many clicks a good mask takes."""
    from zoomiseg.datasets import read_manifest
    from zoomiseg.experiment import evaluate_patches as evaluate
    from zoomiseg.geometry import HIGH, LOW

    pairs = _chosen(read_manifest(manifest), split, kind, limit)
    if not pairs:
        raise ManifestError(f"No row of {manifest} is left after --split {split!r} and --kind {kind!r}.")
    wanted = mpp or (LOW if scale == "low" else HIGH).mpp
    method = _method(weights, scale, engine, wanted)
    with progress("Clicking images") as advance:
        report = evaluate(pairs, method, mpp=wanted, progress=lambda done, whole: advance(done / whole))
    values = report.figures() | {"weights": weights, "scale": scale, "mpp": wanted}
    print_result(values, _lines(values), as_json=json)


def _chosen(pairs: Iterable[Pair], split: str, kind: str, limit: int) -> list[Pair]:
    kinds = {each.strip() for each in kind.split(",")} if kind else None
    kept = [
        pair
        for pair in pairs
        if split in ("", pair.split) and (kinds is None or pair.extra.get("kind") in kinds)
    ]
    return kept if not limit or len(kept) <= limit else [kept[i * len(kept) // limit] for i in range(limit)]


def _method(weights: str, scale: ScaleChoice, engine: EngineName, mpp: float) -> Method:
    from zoomiseg.experiment import grabcut, predictor_method, random_walker

    if weights in ("grabcut", "random-walker"):
        return grabcut if weights == "grabcut" else random_walker
    from zoomiseg.networks import find_weights
    from zoomiseg.predict import load_predictor

    predictor, _ = load_predictor(find_weights(weights, allow_path=True), scale, engine=engine)
    return predictor_method(predictor, mpp)


def _lines(values: dict[str, Any]) -> list[str]:
    after = "  ".join(f"{clicks}: {value:.3f}" for clicks, value in values["iou_at"].items())
    never = values["failures"]
    return [
        f"{counted(values['images'], 'image')} at {values['mpp']:g} µm per pixel "
        f"({values['images_apart']} counted apart), {values['weights']}",
        f"  IoU after clicks   {after}",
        *(
            f"  NoC@{q}             {values[f'noc{q}']:.2f}  ({never[q]} never reach it)"
            for q in ("80", "85", "90")
        ),
        f"  obeyed clicks      {100 * values['obeyed']:.1f}%",
        f"  all foreground     IoU {values['all_foreground_iou']:.3f}",
    ]
