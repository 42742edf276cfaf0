"""The training loop: from recipe and data to a checkpoint, resumable at any step.

Fabric (of Lightning) hides device and precision; the loop itself stays in sight, because its click rounds
are the method. Samples, clicks and dropout of step i are functions of the seed and i alone, so that a run in
pieces sees what an uninterrupted one sees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import torch
from torch import nn

from zoomiseg.errors import MissingExtra, TrainingFailed
from zoomiseg.networks import build_network

from ._progress import Progress, Report
from ._recipe import Recipe
from ._state import has_state, load_state, save_state
from ._step import step_loss
from ._tasks import Sample, Tasks

if TYPE_CHECKING:
    from lightning.fabric import Fabric

_SAVE_EVERY = 100
_CLICKS, _DROPOUT = 1, 2
"""What the random numbers of a step are for."""


class _Pretrained(Protocol):
    """What every network has for which `build_network` accepts `pretrained`."""

    def pretrained_parameters(self) -> Iterator[nn.Parameter]: ...


def train(
    recipe: Recipe,
    tasks: Tasks,
    folder: Path,
    *,
    start: nn.Module | None = None,
    resume: bool = False,
    report: Report | None = None,
) -> nn.Module:
    """Train a network and return it in eval mode; `folder` gets its checkpoints and `loss.csv`.

    Args:
        recipe: What decides the weights.
        tasks: Where samples come from.
        folder: Made if it is not there.
        start: A network of the recipe's kind whose weights the training begins with; left as it is.
        resume: Go on from the folder's checkpoint, if there is one; it must be of the same recipe.
        report: Told how it goes, every 20 steps.
    Raises:
        MissingExtra: Without `zoomiseg[train]`.
        RecipeError: The checkpoint to go on from was written under another recipe.
        TrainingFailed: The loss became NaN or infinite; the last checkpoint stays.
    """
    fabric = _fabric()
    folder.mkdir(parents=True, exist_ok=True)
    resume = resume and has_state(folder)
    network = _new_network(recipe, start, pretrained=recipe.pretrained and not (resume or start))
    optimiser = torch.optim.Adam(_groups(network, recipe), lr=recipe.learning_rate, betas=(0.9, 0.999))
    first = load_state(folder, recipe, network, optimiser) if resume else 0
    wrapped, optimiser = fabric.setup(network, optimiser)
    progress = Progress(folder, first=first, last=recipe.steps, report=report)
    with ThreadPoolExecutor(1) as pool:
        for step, samples in _batches(pool, tasks, recipe, first):
            torch.manual_seed(_seed(recipe, step, _DROPOUT))
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(recipe, step) * group["factor"]
            clicks = np.random.default_rng((recipe.seed, step, _CLICKS))
            loss, overlap = step_loss(wrapped, samples, clicks, recipe)
            if not math.isfinite(loss.item()):
                raise TrainingFailed(
                    f"The loss of step {step} is {loss.item()}; the last checkpoint is in {folder}."
                )
            optimiser.zero_grad()
            fabric.backward(loss)
            optimiser.step()
            progress.add(step + 1, loss.item(), overlap)
            if (step + 1) % _SAVE_EVERY == 0 or step + 1 == recipe.steps:
                save_state(folder, recipe, network, optimiser, step + 1)
    return network.eval()


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of a step: up along a line over the warm-up, then down along half a cosine."""
    rise = min((step + 1) / max(recipe.warmup, 1), 1.0)
    return recipe.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def _fabric() -> Fabric:
    try:
        from lightning.fabric import Fabric  # noqa: PLC0415
    except ImportError as error:
        hint = "Install it with: pip install 'zoomiseg[train]'"
        raise MissingExtra("Training needs Lightning.", hint=hint) from error
    return Fabric(accelerator="auto", devices=1)


def _new_network(recipe: Recipe, start: nn.Module | None, *, pretrained: bool) -> nn.Module:
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.network, pretrained=pretrained)
    if start is not None:
        network.load_state_dict(start.state_dict())
    # Depthwise convolutions are slow on a CPU in any other layout.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _groups(network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """Return Adam's groups, each with the factor on its rate: what is new, and what ImageNet has taught."""
    if not recipe.pretrained:
        return [{"params": list(network.parameters()), "factor": 1.0}]
    taught = {id(parameter) for parameter in cast(_Pretrained, network).pretrained_parameters()}
    return [
        {"params": [p for p in network.parameters() if id(p) not in taught], "factor": 1.0},
        {"params": [p for p in network.parameters() if id(p) in taught], "factor": recipe.encoder_rate},
    ]


def _seed(recipe: Recipe, step: int, purpose: int) -> int:
    return int(np.random.SeedSequence((recipe.seed, step, purpose)).generate_state(1)[0])


def _batches(
    pool: ThreadPoolExecutor, tasks: Tasks, recipe: Recipe, first: int
) -> Iterator[tuple[int, list[Sample]]]:
    """Yield each step with its samples, drawn in the pool while the step before it runs."""
    ahead = pool.submit(_batch, tasks, recipe, first)
    for step in range(first, recipe.steps):
        samples = ahead.result()
        if step + 1 < recipe.steps:
            ahead = pool.submit(_batch, tasks, recipe, step + 1)
        yield step, samples


def _batch(tasks: Tasks, recipe: Recipe, step: int) -> list[Sample]:
    return [tasks.sample(step * recipe.batch + index) for index in range(recipe.batch)]
