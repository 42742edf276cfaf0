"""A run's checkpoint: all that the next step depends on, written beside and then renamed."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import torch

from zoomiseg.durable import replace_file
from zoomiseg.errors import RecipeError

from ._learner import Learner
from ._recipe import Recipe

_NAME, _FORMAT = "checkpoint.pt", 2


def save_state(folder: Path, recipe: Recipe, learner: Learner, step: int) -> None:
    """Write network, averaged weights, optimiser and the number of finished steps."""
    state = {
        "format": _FORMAT,
        "recipe": _identity(recipe),
        "low": _low(learner),
        "step": step,
        "network": learner.network.state_dict(),
        "average": learner.average.network.state_dict(),
        "optimiser": learner.optimiser.state_dict(),
    }
    content = io.BytesIO()
    torch.save(state, content)
    replace_file(folder / _NAME, [content.getbuffer()])


def has_state(folder: Path) -> bool:
    """Say whether the folder holds a checkpoint."""
    return (folder / _NAME).exists()


def load_state(folder: Path, recipe: Recipe, learner: Learner) -> int:
    """Fill the learner from the folder's checkpoint and return its number of finished steps.

    Raises:
        RecipeError: The checkpoint was written under another recipe, with another low-scale network, or by
            another release.
    """
    path = folder / _NAME
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.get("format") != _FORMAT:
        raise RecipeError(f"{path} was written by another release of zoomiseg; begin anew, without --resume.")
    if state["recipe"] != _identity(recipe):
        raise RecipeError(f"{path} belongs to another recipe than {recipe.name}; choose another folder.")
    if state["low"] != _low(learner):
        raise RecipeError(f"{path} was made with other low-scale weights than {recipe.low_weights!r}.")
    learner.network.load_state_dict(state["network"])
    learner.average.network.load_state_dict(state["average"])
    learner.optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _identity(recipe: Recipe) -> str:
    return repr(dataclasses.asdict(recipe))


def _low(learner: Learner) -> str:
    return learner.low.card.sha256 if learner.low else ""
