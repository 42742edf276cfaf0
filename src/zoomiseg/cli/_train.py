"""`zoomiseg train`: a recipe and data become weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zoomiseg.errors import WeightsError

from ._options import JsonFlag
from ._output import Advance, print_result, progress, say, warn

if TYPE_CHECKING:
    from torch import nn

    from zoomiseg.training import Pace, Recipe, Reports, Validated, ValidationSet

_SPOKEN_EVERY = 100


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("train", short_help="Train a network of your own.")(train)


def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE",
            help="A recipe of the package (compact-low, compact-high, paper-low, paper-high) or the path of "
            "a TOML file.",
        ),
    ],
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="Folder with pairs.csv (slide, mask, split, mpp, kind) and what it names, or one that "
            "`zoomiseg prepare` filled; may be repeated.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the weights; checkpoints go to a folder in it.")
    ],
    start: Annotated[
        str | None,
        typer.Option("--from", help="Weights to begin with, by name or folder, instead of ImageNet's."),
    ] = None,
    low_weights: Annotated[
        str | None,
        typer.Option(
            "--low-weights",
            help="For a recipe of the high scale: weights, by name or folder, whose low-scale network makes "
            "the first masks; wins over the recipe's own.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    devices: Annotated[
        int,
        typer.Option("--devices", help="GPUs that share each batch, a process each.", min=1),
    ] = 1,
    workers: Annotated[
        int,
        typer.Option("--workers", help="Threads of each process that draw samples while it learns.", min=1),
    ] = 1,
    threads: Annotated[
        int, typer.Option("--threads", help="CPU threads; 0 takes PyTorch's choice.", min=0)
    ] = 0,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Also write events for TensorBoard.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Train the network of one scale; an interrupted run goes on with --resume as if nothing had happened."""
    import torch

    from zoomiseg.training import (
        RunOptions,
        load_low_network,
        load_recipe,
        save_weights,
        training_tasks,
        validation_sets,
    )
    from zoomiseg.training import train as run

    if threads:
        torch.set_num_threads(threads)
    chosen = load_recipe(recipe)
    if low_weights:
        chosen = replace(chosen, low_weights=low_weights)
    low = load_low_network(chosen)
    tasks = training_tasks(chosen, *data)
    chosen = chosen.settled(tasks.images)
    sets = validation_sets(chosen, *data)
    _warn_of_missing(chosen, sets)
    folder = output.absolute()
    checkpoints = folder / "training" / chosen.scale
    with _telling_how_to_resume(checkpoints), progress(f"Training {chosen.name}") as advance:
        trained = run(
            chosen,
            tasks,
            checkpoints,
            sets=sets,
            start=_loaded(start, chosen) if start else None,
            low=low,
            options=RunOptions(resume=resume, devices=devices, workers=workers, tensorboard=tensorboard),
            reports=_reports(chosen, advance),
        )
    if not trained.leads:
        return
    figures = {name: each.named() for name, each in trained.figures.items()}
    card = save_weights(trained.network, chosen, folder, figures={"validation": figures} if figures else None)
    path = folder / f"{chosen.scale}.safetensors"
    values = {
        "weights": str(path),
        "card": str(path.with_suffix(".json")),
        "best": {"step": trained.step, "sha256": card.sha256, "validation": figures},
    }
    line = f"{path}: {chosen.network}, the weights after {trained.step} of {chosen.steps} steps"
    print_result(values, [line], as_json=json)


def _warn_of_missing(recipe: Recipe, sets: tuple[ValidationSet, ...]) -> None:
    found = {each.name for each in sets}
    missing = [choice.name for choice in recipe.validation if choice.name not in found]
    warn([f"The data have no image for the validation set {name!r}; it is left out." for name in missing])


def _reports(recipe: Recipe, advance: Advance) -> Reports:
    from zoomiseg.training import Reports

    def paced(pace: Pace) -> None:
        advance(pace.step / recipe.steps)
        if pace.step % _SPOKEN_EVERY == 0 or pace.step == recipe.steps:
            say(
                f"Step {pace.step} of {recipe.steps}: loss {pace.loss:.3f}, IoU {pace.iou:.3f}, "
                f"{pace.seconds:.2f} s a step, {100 * pace.waited:.0f}% of it waiting for samples"
            )

    def validated(found: Validated) -> None:
        for name, figures in found.validation.figures.items():
            say(
                f"Step {found.step}, {name}: {figures.noc[1]:.1f} clicks to 0.85 ({figures.failures} of "
                f"{figures.images} never), IoU {figures.iou[0]:.3f} after 1 click, "
                f"{figures.iou[2]:.3f} after 5"
            )
        if found.validation.figures:
            best = "the best so far" if found.best else "not the best so far"
            say(f"Step {found.step}: {best}, validated in {found.validation.seconds:.0f} s")

    return Reports(paced, validated)


@contextmanager
def _telling_how_to_resume(checkpoints: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        say(f"The last checkpoint is in {checkpoints}; with --resume the same command goes on from there.")
        raise


def _loaded(name: str, recipe: Recipe) -> nn.Module:
    from zoomiseg.networks import find_weights, load_network, may_begin

    network, card = load_network(find_weights(name, allow_path=True), recipe.scale)
    if not may_begin(recipe.network, card.network):
        raise WeightsError(
            f"{name} holds the network {card.network}, and {recipe.name} trains {recipe.network}.",
            hint="Choose weights of that network, or leave out --from.",
        )
    return network
