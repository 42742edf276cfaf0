"""`zoomiseg train`: a recipe and data become weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._finetune import finetune
from ._options import JsonFlag
from ._output import print_result, progress, warn
from ._training import begun, keep_what_is_there, reports_of, telling_how_to_resume

if TYPE_CHECKING:
    from zoomiseg.training import Recipe, RunOptions, ValidationSet


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("train", short_help="Train a network of your own.")(train)


def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE",
            help="A recipe of the package (finetune, compact-low, compact-high, paper-low, paper-high) or "
            "the path of a TOML file.",
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
    """Train a network; an interrupted run goes on with --resume as if nothing had happened.

    The recipe finetune teaches both scales of the weights --from a few slides of yours, and keeps the old
    ones where those are better.

    Example: zoomiseg train finetune --data patches -o mine --from compact
    """
    import torch

    from zoomiseg.training import RunOptions, load_recipes

    if threads:
        torch.set_num_threads(threads)
    recipes = load_recipes(recipe)
    options = RunOptions(resume=resume, devices=devices, workers=workers, tensorboard=tensorboard)
    folder = output.absolute()
    do = finetune if recipes[0].keep_better else _train_one
    do(recipes, start, data, folder, low_weights=low_weights, options=options, as_json=json)


def _train_one(
    recipes: Sequence[Recipe],
    start: str | None,
    data: Sequence[Path],
    folder: Path,
    *,
    low_weights: str | None,
    options: RunOptions,
    as_json: bool,
) -> None:
    from zoomiseg.training import load_low_network, save_weights, training_tasks, validation_sets
    from zoomiseg.training import train as run

    (recipe,) = recipes
    if not options.resume:
        keep_what_is_there(folder, recipe)
    chosen, network = begun(replace(recipe, low_weights=low_weights or recipe.low_weights), start)
    low = load_low_network(chosen)
    tasks = training_tasks(chosen, *data)
    chosen = chosen.settled(tasks.images)
    sets = validation_sets(chosen, *data)
    _warn_of_missing(chosen, sets)
    checkpoints = folder / "training" / chosen.scale
    with telling_how_to_resume(checkpoints), progress(f"Training {chosen.name}") as advance:
        trained = run(
            chosen,
            tasks,
            checkpoints,
            sets=sets,
            start=network,
            low=low,
            options=options,
            reports=reports_of(chosen, advance),
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
    print_result(values, [line], as_json=as_json)


def _warn_of_missing(recipe: Recipe, sets: tuple[ValidationSet, ...]) -> None:
    found = {each.name for each in sets}
    missing = [choice.name for choice in recipe.validation if choice.name not in found]
    warn([f"The data have no image for the validation set {name!r}; it is left out." for name in missing])
