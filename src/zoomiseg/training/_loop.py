"""The training loop: from recipe and samples to weights, resumable at any step.

Fabric (of Lightning) hides device and precision; the loop itself stays in sight, because its click rounds
are the method. Samples, clicks and dropout of step i are functions of the seed and i alone, so that a run in
pieces sees what an uninterrupted one sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from torch import nn

from zoomiseg.errors import TrainingFailed

from ._devices import launched, share_of
from ._learner import Learner, NotFinite, new_network
from ._progress import Progress, Report
from ._recipe import Recipe
from ._state import has_state, load_state, save_state
from ._stream import Samples, Stream

_SAVE_EVERY, _SAVE_SECONDS = 100, 120.0
"""A checkpoint is written after so many steps, or sooner where they are slow."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run.

    Args:
        network: In eval mode, with averaged weights where the recipe averages them.
        step: After how many steps these were its weights.
        leads: False in the further processes of a run on several devices, which have nothing to tell.
    """

    network: nn.Module
    step: int
    leads: bool


def train(
    recipe: Recipe,
    samples: Samples,
    folder: Path,
    *,
    start: nn.Module | None = None,
    resume: bool = False,
    devices: int = 1,
    workers: int = 1,
    report: Report | None = None,
) -> Trained:
    """Train a network; `folder` gets its checkpoints and `loss.csv`.

    Args:
        recipe: What decides the weights.
        samples: What is learnt from.
        folder: Made if it is not there.
        start: A network of the recipe's kind whose weights the training begins with; left as it is.
        resume: Go on from the folder's checkpoint, if there is one; it must be of the same recipe.
        devices: How many share each batch, a process each; the program's command line is run again for them.
        workers: Threads of each process that draw samples.
        report: Told how it goes, every 20 steps.
    Raises:
        MissingExtra: Without `zoomiseg[train]`.
        RecipeError: The checkpoint to go on from was written under another recipe, or the batch cannot be
            shared by the devices.
        TrainingFailed: Loss or gradient became NaN or infinite; the last checkpoint stays.
    """
    fabric = launched(recipe, devices=devices)
    folder.mkdir(parents=True, exist_ok=True)
    resume = resume and has_state(folder)
    learner = Learner(recipe, fabric, new_network(recipe, start, pretrained=recipe.pretrained and not resume))
    first = load_state(folder, recipe, learner) if resume else 0
    leads = fabric.is_global_zero
    progress = Progress(folder, first=first, last=recipe.steps, report=report) if leads else None
    saved = monotonic()
    with Stream(samples, recipe, share_of(fabric), first=first, workers=workers) as stream:
        for step in range(first, recipe.steps):
            try:
                lesson = learner.step(step, stream.step())
            except NotFinite as error:
                raise TrainingFailed(
                    f"The {error.what} of step {step} is {error.value}; the last checkpoint is in {folder}."
                ) from error
            if progress is None:
                continue
            progress.add(step + 1, lesson.loss, lesson.iou, stream.take_waited())
            if (
                (step + 1) % _SAVE_EVERY == 0
                or step + 1 == recipe.steps
                or monotonic() - saved > _SAVE_SECONDS
            ):
                save_state(folder, recipe, learner, step + 1)
                saved = monotonic()
    return Trained(learner.average.network.eval(), recipe.steps, leads)
