"""The training loop: from recipe and samples to weights, resumable at any step.

Fabric (of Lightning) hides device and precision; the loop itself stays in sight, because its click rounds
are the method. Samples, clicks and dropout of step i are functions of the seed and i alone, so that a run in
pieces sees what an uninterrupted one sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from zoomiseg.errors import RecipeError

from ._devices import launched, share_of
from ._failure import failed
from ._keeper import Keeper
from ._learner import Learner, NotFinite, new_network
from ._low_masks import LowNetwork
from ._recipe import Recipe
from ._record import Reports
from ._state import Origin, checksum_of, has_state, load_state
from ._stream import Samples, Stream
from ._validation import Figures
from ._validation_sets import ValidationSet


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is run; nothing of it decides the weights.

    Args:
        resume: Go on from the folder's checkpoint, if there is one; it must be of the same recipe, data and
            weights to begin with.
        devices: How many share each batch, a process each; the program's command line is run again for them.
        workers: Threads of each process that draw samples.
        tensorboard: Write events for it.
    """

    resume: bool = False
    devices: int = 1
    workers: int = 1
    tensorboard: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run.

    Args:
        network: In eval mode, with the best weights of all validations, or the last where there were none.
        step: After how many steps these were its weights.
        figures: What their validation found, by the sets' names; empty where there was none.
        leads: False in the further processes of a run on several devices, which have nothing to tell.
    """

    network: nn.Module
    step: int
    figures: Mapping[str, Figures]
    leads: bool


def train(
    recipe: Recipe,
    samples: Samples,
    folder: Path,
    *,
    sets: Sequence[ValidationSet] = (),
    start: nn.Module | None = None,
    low: LowNetwork | None = None,
    options: RunOptions = RunOptions(),
    reports: Reports = Reports(),  # noqa: B008 - it is frozen
) -> Trained:
    """Train a network; `folder` gets its checkpoints, its best weights, logs and pictures.

    Args:
        recipe: What decides the weights; with `epochs`, as its `settled` returned it.
        samples: What is learnt from.
        folder: Made if it is not there.
        sets: The images that a robot clicks every `recipe.validate_every` steps.
        start: A network of the recipe's kind whose weights the training begins with; left as it is.
        low: Makes first masks for the high scale; see `load_low_network`.
        options: How it is run.
        reports: Told how it goes.
    Raises:
        MissingExtra: Without `zoomiseg[train]`.
        RecipeError: The checkpoint to go on from was written under another recipe, from other data or other
            weights to begin with, the batch cannot be shared by the devices, or there are no steps.
        TrainingFailed: Loss or gradient became NaN or infinite; the batch is saved, the checkpoint stays.
    """
    if recipe.steps < 1:
        raise RecipeError(f"The recipe {recipe.name} has no steps.", hint="Settle its epochs first.")
    fabric = launched(recipe, devices=options.devices)
    folder.mkdir(parents=True, exist_ok=True)
    resume = options.resume and has_state(folder)
    network = new_network(recipe, start, pretrained=recipe.pretrained and not resume)
    learner = Learner(recipe, fabric, network, low=low)
    origin = Origin(samples.digest, checksum_of(start))
    first = load_state(folder, recipe, learner, origin=origin) if resume else 0
    share = share_of(fabric)
    leads = fabric.is_global_zero
    keeping = (
        Keeper(
            folder,
            recipe,
            learner,
            first=first,
            resume=resume,
            origin=origin,
            tensorboard=options.tensorboard,
            reports=reports,
        )
        if leads
        else nullcontext()
    )
    drawing = Stream(samples, recipe, share, first=first, workers=options.workers)
    with keeping as keeper, drawing as stream:
        for step in range(first, recipe.steps):
            try:
                lesson = learner.step(step, stream.step())
            except NotFinite as error:
                raise failed(folder, recipe, step, share, error) from error
            found = learner.validate(sets, share) if recipe.validates_after(step + 1) else None
            if keeper:
                keeper.step(step + 1, lesson, waited=stream.take_waited(), found=found)
    step, figures = keeper.finish() if keeper else (recipe.steps, {})
    return Trained(learner.average.network.eval(), step, figures, leads)
