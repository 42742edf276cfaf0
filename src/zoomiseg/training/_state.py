"""A run's checkpoint: all that the next step depends on, written beside and then renamed."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import torch
from torch import nn

from zoomiseg.durable import replace_file
from zoomiseg.errors import RecipeError

from ._recipe import Recipe

_NAME = "checkpoint.pt"


def save_state(
    folder: Path, recipe: Recipe, network: nn.Module, optimiser: torch.optim.Optimizer, step: int
) -> None:
    """Write network, optimiser and the number of finished steps."""
    state = {
        "recipe": repr(dataclasses.asdict(recipe)),
        "step": step,
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    content = io.BytesIO()
    torch.save(state, content)
    replace_file(folder / _NAME, [content.getbuffer()])


def has_state(folder: Path) -> bool:
    """Say whether the folder holds a checkpoint."""
    return (folder / _NAME).exists()


def load_state(folder: Path, recipe: Recipe, network: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Fill network and optimiser from the folder's checkpoint and return its number of finished steps.

    Raises:
        RecipeError: The checkpoint was written under another recipe.
    """
    path = folder / _NAME
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["recipe"] != repr(dataclasses.asdict(recipe)):
        raise RecipeError(f"{path} belongs to another recipe than {recipe.name}; choose another folder.")
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])
