"""`zoomiseg evaluate-patches`: click curves on plain images with masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from zoomiseg.errors import ManifestError

from ._baseline_options import MethodOption, SamOption, baselines_from
from ._evaluate_patches_table import table
from ._options import EngineName, EngineOption, JsonFlag, ScaleChoice, listed, positive_mpp
from ._output import counted, print_result, progress, say

if TYPE_CHECKING:
    from zoomiseg.datasets import Pair
    from zoomiseg.experiment import Baseline, PatchResult, PatchTest, Promptable, ResultFile, Subject

_ClickerChoice = Literal["exact", "jittered"]
_FAR_PX = {"low": 150, "high": 300}
_SMALLEST_COLLAGE_PX = 64


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
        str, typer.Option("--weights", help="Weights by name or folder; or grabcut, random-walker, sam.")
    ] = "compact",
    collage: Annotated[
        int | None,
        typer.Option(
            "--collage",
            help="Click collages of whole images, this many pixels a side at most, not single images.",
            min=_SMALLEST_COLLAGE_PX,
        ),
    ] = None,
    adapt: Annotated[
        str,
        typer.Option(
            "--adapt",
            metavar="NAME|off",
            help="What the network learns: statistics, head, refine, memory, views, guard, joined with +.",
        ),
    ] = "off",
    clicker: Annotated[
        _ClickerChoice,
        typer.Option("--clicker", help="The exact robot, or one whose hand misses its place a little."),
    ] = "exact",
    seed: Annotated[
        int, typer.Option("--seed", help="Of jitter, shuffled labels, collages and intervals.", min=0)
    ] = 0,
    baselines: Annotated[
        list[str] | None,
        typer.Option(
            "--baselines",
            help="Also give the clicks of at most 40 images to these: grabcut and random-walker, which get "
            "them shrunk to 512 pixels (the latter needs zoomiseg[baselines]), sam; with commas.",
        ),
    ] = None,
    sam_checkpoint: SamOption = None,
    method: MethodOption = None,
    split: Annotated[str, typer.Option("--split", help="Only rows of this split; empty takes all.")] = "",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only rows whose column kind is this; several times, or with commas."),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            "--limit", help="At most so many images, evenly spread, or collages; 0 takes all.", min=0
        ),
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
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="JSON file for every image's clicks and IoUs; an interrupted run goes on from there.",
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Let the robot click each image, at most 20 times, and print how many clicks a good mask takes."""
    from zoomiseg.datasets import read_manifest
    from zoomiseg.errors import AdaptationError
    from zoomiseg.experiment import PatchTest, patch_figures
    from zoomiseg.geometry import HIGH, LOW

    kinds = listed(kind or ())
    pairs = _chosen(read_manifest(manifest), split, kinds)
    if not pairs:
        raise ManifestError(
            f"No row of {manifest} is left after --split {split!r} and --kind {', '.join(kinds)!r}."
        )
    if output is not None and "memory" in adapt.split("+"):
        raise AdaptationError(
            "What is remembered of earlier images would be lost between two runs.",
            hint="Measure memory without -o.",
        )
    wanted = mpp or (LOW if scale == "low" else HIGH).mpp
    subjects = _subjects(pairs, wanted, collage=collage, seed=seed, limit=limit)
    known = baselines_from(sam_checkpoint, method)
    held = _held(listed(baselines or ()), known)
    clicked, identity = _method(weights, scale, engine, wanted, known, adapt)
    test = PatchTest(clicker=clicker, seed=seed, far_px=_FAR_PX[scale], baselines=held)
    settings = {
        "weights": weights,
        "scale": scale,
        "mpp": wanted,
        "clicker": clicker,
        "seed": seed,
        "collage": collage,
        "adapt": adapt,
    }
    against = [each.identity for each in held]
    whole = {**settings, "network": identity, "baselines": against, "far_px": test.far_px}
    with _kept(output, whole, subjects) as file:
        results = _clicked(subjects, clicked, test, file)
        values = patch_figures(results, seed=seed) | settings | {"far_px": test.far_px}
        if file:
            file.finish(values)
            values["file"] = str(file.path)
    print_result(values, table(values), as_json=json)


def _chosen(pairs: Iterable[Pair], split: str, kinds: Sequence[str]) -> list[Pair]:
    return [
        pair for pair in pairs if split in ("", pair.split) and (not kinds or pair.extra.get("kind") in kinds)
    ]


def _subjects(
    pairs: Sequence[Pair], mpp: float, *, collage: int | None, seed: int, limit: int
) -> list[Subject]:
    from zoomiseg.experiment import collage_subjects, image_subjects

    if collage is not None:
        return collage_subjects(pairs, mpp, collage, seed=seed, most=limit or None)
    images = image_subjects(pairs, mpp)
    if not limit or len(images) <= limit:
        return images
    return [images[index * len(images) // limit] for index in range(limit)]


def _held(names: Sequence[str], known: Mapping[str, Baseline]) -> tuple[Baseline, ...]:
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"No method is called {name!r}; there is {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names))


def _method(
    weights: str,
    scale: ScaleChoice,
    engine: EngineName,
    mpp: float,
    known: Mapping[str, Baseline],
    adapt: str,
) -> tuple[Promptable, str]:
    """Return what answers the clicks, and what identifies it."""
    from zoomiseg.adapt import adaptation
    from zoomiseg.errors import AdaptationError
    from zoomiseg.experiment import AdaptedMethod, PredictorMethod

    wanted = adaptation(adapt)
    if weights in known:
        if adapt != "off":
            raise AdaptationError(f"The method {weights} cannot be adapted.", hint="Say --adapt off.")
        return known[weights].method, known[weights].identity
    from zoomiseg.networks import find_weights
    from zoomiseg.predict import load_predictor

    predictor, _ = load_predictor(find_weights(weights, allow_path=True), scale, engine=engine)
    if adapt == "off":
        return PredictorMethod(predictor, mpp), predictor.identity
    return AdaptedMethod(predictor, wanted, mpp=mpp), f"{predictor.identity} adapted {wanted.name}"


@contextmanager
def _kept(
    output: Path | None, settings: dict[str, Any], subjects: Sequence[Subject]
) -> Iterator[ResultFile | None]:
    """Keep results in a file, where one is wanted, and tell how to go on after Ctrl-C."""
    from zoomiseg.experiment import ResultFile

    if output is None:
        yield None
        return
    try:
        with ResultFile(output.absolute(), settings, [subject.name for subject in subjects]) as file:
            yield file
    except KeyboardInterrupt:
        done = f"{len(file.results)} of {counted(len(subjects), 'image')}"
        say(f"{done} are kept in {file.path}; the same command goes on from there.")
        raise


def _clicked(
    subjects: Sequence[Subject], method: Promptable, test: PatchTest, file: ResultFile | None
) -> list[PatchResult]:
    from zoomiseg.experiment import evaluate_patches as evaluate

    results = list(file.results) if file else []
    with progress("Clicking images") as advance:
        for result in evaluate(subjects, method, test, start=len(results)):
            results.append(result)
            if file:
                file.add(result)
            advance(len(results) / len(subjects))
    return results
