"""`zoomiseg train`: a recipe and data become weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zoomiseg.errors import WeightsError

from ._options import JsonFlag
from ._output import print_result, progress, say

if TYPE_CHECKING:
    from torch import nn

    from zoomiseg.training import Recipe


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("train", short_help="Train a network of your own.")(train)


def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE",
            help="A recipe of the package (compact-low, compact-high) or the path of a TOML file.",
        ),
    ],
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="Folder with pairs.csv (slide, mask, split, mpp, kind) and what it names; may be repeated.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the weights; checkpoints go to a folder in it.")
    ],
    start: Annotated[
        str | None,
        typer.Option("--from", help="Weights to begin with, by name or folder, instead of ImageNet's."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    devices: Annotated[
        int,
        typer.Option(
            "--devices",
            help="GPUs that share each batch, a process each; on a machine without, processes.",
            min=1,
        ),
    ] = 1,
    workers: Annotated[
        int,
        typer.Option("--workers", help="Threads of each process that draw samples while it learns.", min=1),
    ] = 1,
    threads: Annotated[
        int, typer.Option("--threads", help="CPU threads; 0 takes PyTorch's choice.", min=0)
    ] = 0,
    json: JsonFlag = False,
) -> None:
    """Train the network of one scale; an interrupted run goes on with --resume as if nothing had happened."""
    import torch

    from zoomiseg.training import load_recipe, save_weights, training_tasks
    from zoomiseg.training import train as run

    if threads:
        torch.set_num_threads(threads)
    chosen = load_recipe(recipe)
    tasks = training_tasks(chosen, *data)
    folder = output.absolute()
    checkpoints = folder / "training" / chosen.scale
    with _telling_how_to_resume(checkpoints), progress(f"Training {chosen.name}") as advance:
        trained = run(
            chosen,
            tasks,
            checkpoints,
            start=_loaded(start, chosen) if start else None,
            resume=resume,
            devices=devices,
            workers=workers,
            report=lambda pace: advance(pace.step / chosen.steps),
        )
    if not trained.leads:
        return
    card = save_weights(trained.network, chosen, folder)
    path = folder / f"{chosen.scale}.safetensors"
    values = {
        "weights": str(path),
        "card": str(path.with_suffix(".json")),
        "best": {"step": trained.step, "sha256": card.sha256},
    }
    print_result(values, [f"{path}: {chosen.network}, {chosen.steps} steps"], as_json=json)


@contextmanager
def _telling_how_to_resume(checkpoints: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        say(f"The last checkpoint is in {checkpoints}; with --resume the same command goes on from there.")
        raise


def _loaded(name: str, recipe: Recipe) -> nn.Module:
    from zoomiseg.networks import find_weights, load_network

    network, card = load_network(find_weights(name, allow_path=True), recipe.scale)
    if card.network != recipe.network:
        raise WeightsError(
            f"{name} holds the network {card.network}, and {recipe.name} trains {recipe.network}.",
            hint="Choose weights of that network, or leave out --from.",
        )
    return network
