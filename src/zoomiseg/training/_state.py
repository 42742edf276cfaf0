"""A run's checkpoint: all that the next step depends on, written beside and then renamed."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import torch
from torch import nn

from ._recipe import Recipe, RecipeError

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
    temporary = folder / f"{_NAME}.part"
    torch.save(state, temporary)
    os.replace(temporary, folder / _NAME)


def load_state(folder: Path, recipe: Recipe, network: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Fill network and optimiser from the folder's checkpoint and return its step; 0 where there is none.

    Raises:
        RecipeError: The checkpoint was written under another recipe.
    """
    path = folder / _NAME
    if not path.exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["recipe"] != repr(dataclasses.asdict(recipe)):
        raise RecipeError(f"{path} belongs to another recipe than {recipe.name}; choose another folder.")
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])
