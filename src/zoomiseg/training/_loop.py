"""The training loop: from recipe and data to a checkpoint, resumable at any step.

Fabric (of Lightning) hides device and precision; the loop itself stays in sight, because its click rounds
are the method. Samples and clicks of step i are functions of the seed and i alone, so that a run in pieces
sees what an uninterrupted one sees.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

from zoomiseg.errors import MissingExtra, ZoomisegError
from zoomiseg.networks import build_network

from ._recipe import Recipe
from ._state import load_state, save_state
from ._step import step_loss
from ._tasks import Sample, Tasks

Report = Callable[[int, float, float, float], None]
"""Called with (step, mean loss and mean IoU since the last call, seconds a step)."""
_SAVE_EVERY = 100
_LOG_EVERY = 20


class TrainingFailed(ZoomisegError, ArithmeticError):
    """The loss is no longer a number."""

    code = "training"


def train(
    recipe: Recipe, tasks: Tasks, folder: Path, *, resume: bool = False, report: Report | None = None
) -> nn.Module:
    """Train a network and return it in eval mode; `folder` gets its checkpoints and `loss.csv`.

    Args:
        recipe: What decides the weights.
        tasks: Where samples come from.
        folder: Made if it is not there.
        resume: Go on from the folder's checkpoint, if there is one; it must be of the same recipe.
        report: Told how it goes, every 20 steps.
    Raises:
        MissingExtra: Without `zoomiseg[train]`.
        TrainingFailed: The loss became NaN or infinite; the last checkpoint stays.
    """
    try:
        from lightning.fabric import Fabric  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra(
            "Training needs Lightning.", hint="Install it with: pip install 'zoomiseg[train]'"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    fabric = Fabric(accelerator="auto", devices=1)
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.network, pretrained=recipe.pretrained and not resume)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.999))
    first = load_state(folder, recipe, network, optimiser) if resume else 0
    wrapped, optimiser = fabric.setup(network, optimiser)
    window, since = [], perf_counter()
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(_batch, tasks, recipe, first)
        for step in range(first, recipe.steps):
            samples, batch = batch.result(), pool.submit(_batch, tasks, recipe, step + 1)
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(recipe, step)
            loss, overlap = step_loss(wrapped, samples, np.random.default_rng((recipe.seed, step, 1)), recipe)
            if not math.isfinite(loss.item()):
                raise TrainingFailed(
                    f"The loss of step {step} is {loss.item()}; {folder} holds the last checkpoint."
                )
            optimiser.zero_grad()
            fabric.backward(loss)
            optimiser.step()
            window.append((loss.item(), overlap))
            if (step + 1) % _LOG_EVERY == 0 or step + 1 == recipe.steps:
                seconds = (perf_counter() - since) / len(window)
                mean_loss, mean_iou = np.mean(window, axis=0)
                _log(folder, step + 1, float(mean_loss), float(mean_iou), seconds, report)
                window, since = [], perf_counter()
            if (step + 1) % _SAVE_EVERY == 0 or step + 1 == recipe.steps:
                save_state(folder, recipe, network, optimiser, step + 1)
        _discard(batch)
    return network.eval()


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of a step: up along a line over the warm-up, then down along half a cosine."""
    rise = min((step + 1) / max(recipe.warmup, 1), 1.0)
    return recipe.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def _batch(tasks: Tasks, recipe: Recipe, step: int) -> list[Sample]:
    return [tasks.sample(step * recipe.batch + index) for index in range(recipe.batch)]


def _discard(batch: Future[list[Sample]]) -> None:
    batch.cancel()


def _log(folder: Path, step: int, loss: float, overlap: float, seconds: float, report: Report | None) -> None:
    with (folder / "loss.csv").open("a", newline="") as stream:
        csv.writer(stream).writerow([step, f"{loss:.5f}", f"{overlap:.4f}", f"{seconds:.3f}"])
    if report:
        report(step, loss, overlap, seconds)
