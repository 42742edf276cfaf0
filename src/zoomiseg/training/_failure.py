"""What is left of a step whose loss was no number: its batch, to look at and to repeat."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from zoomiseg.durable import replace_file
from zoomiseg.errors import TrainingFailed

from ._batch import Share
from ._learner import NotFinite
from ._recipe import Recipe
from ._step import padded_clicks


def failed(folder: Path, recipe: Recipe, step: int, share: Share, error: NotFinite) -> TrainingFailed:
    """Save the batch of a step, counted from 0, and return the error that names it.

    The file holds `images` (N, H, W, 3) uint8, `targets` (N, H, W) bool, `masks` (N, H, W) float32, `clicks`
    (N, K, 3) of column, row and label, filled up with label 0, and `probability` (N, H, W) as the last pass
    had them; `numbers` of the samples, `seed`, `step`, `rank` of the process, `loss`.
    """
    batch, outcome = error.batch, error.outcome
    empty = np.zeros(batch.samples[0].target.shape, np.float32)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        images=np.stack([sample.image for sample in batch.samples]),
        targets=np.stack([sample.target for sample in batch.samples]),
        masks=np.stack([empty if mask is None else mask for mask in outcome.masks]),
        clicks=padded_clicks(outcome.points).numpy(),
        probability=outcome.probability,
        numbers=np.array(batch.numbers),
        seed=recipe.seed,
        step=step,
        rank=share.rank,
        loss=outcome.loss.item(),
    )
    path = folder / f"failed-step-{step}-process-{share.rank}.npz"
    replace_file(path, [content.getbuffer()])
    return TrainingFailed(
        f"The {error.what} of step {step} is {error.value}; its batch is in {path}, the last checkpoint in "
        f"{folder}.",
        hint='A smaller learning_rate or precision = "32-true" often helps.',
    )
