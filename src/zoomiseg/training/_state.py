"""A run's checkpoint: all that the next step depends on, written beside and then renamed."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from zoomiseg.durable import replace_file
from zoomiseg.errors import RecipeError

from ._learner import Learner
from ._recipe import Recipe

_NAME, _FORMAT = "checkpoint.pt", 3
_ELSEWHERE = "Give --data and --from as before, or begin anew in another folder."


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run learns from and begins with.

    Args:
        data: Tells its data from others; "" where that is not known.
        start: SHA-256 of the weights that it begins with; "" where it begins with none.
    """

    data: str = ""
    start: str = ""


def checksum_of(network: nn.Module | None) -> str:
    """Return the SHA-256 of a network's weights, by name and byte; "" without one."""
    if network is None:
        return ""
    checksum = hashlib.sha256()
    for name, values in sorted(network.state_dict().items()):
        checksum.update(f"{name} {values.dtype} {tuple(values.shape)}".encode())
        checksum.update(values.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return checksum.hexdigest()


def save_state(
    folder: Path,
    recipe: Recipe,
    learner: Learner,
    step: int,
    *,
    origin: Origin = Origin(),
) -> None:
    """Write network, averaged weights, optimiser and the number of finished steps."""
    state = {
        "format": _FORMAT,
        "recipe": _told(dataclasses.asdict(recipe)),
        "low": _low(learner),
        "origin": dataclasses.asdict(origin),
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


def load_state(
    folder: Path,
    recipe: Recipe,
    learner: Learner,
    *,
    origin: Origin = Origin(),
) -> int:
    """Fill the learner from the folder's checkpoint and return its number of finished steps.

    Raises:
        RecipeError: The checkpoint was written under another recipe, with another low-scale network, from
            other data or other weights to begin with, or by another release.
    """
    path = folder / _NAME
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.get("format") != _FORMAT:
        raise RecipeError(f"{path} was written by another release of zoomiseg; begin anew in another folder.")
    _require_same_recipe(path, state["recipe"], recipe)
    if state["low"] != _low(learner):
        raise RecipeError(f"{path} was made with other low-scale weights than {recipe.low_weights!r}.")
    _require_same(path, state.get("origin"), origin)
    learner.network.load_state_dict(state["network"])
    learner.average.network.load_state_dict(state["average"])
    learner.optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _require_same(path: Path, found: dict[str, str] | None, origin: Origin) -> None:
    """Refuse a checkpoint of another origin; one that was written before they told theirs is taken."""
    if found is None:
        return
    if origin.data and found["data"] and found["data"] != origin.data:
        raise RecipeError(f"{path} has learnt from other data than those of now.", hint=_ELSEWHERE)
    if found["start"] != origin.start:
        raise RecipeError(f"{path} began with other weights than those of now.", hint=_ELSEWHERE)


def _require_same_recipe(path: Path, found: dict[str, str], recipe: Recipe) -> None:
    """Refuse a checkpoint of another recipe; a key that came after it has the value that changes nothing."""
    defaults = {
        field.name: field.default
        for field in dataclasses.fields(recipe)
        if field.default is not dataclasses.MISSING
    }
    before, now = _told(defaults) | found, _told(dataclasses.asdict(recipe))
    for key, value in now.items():
        if before.get(key) != value:
            raise RecipeError(
                f"{path} was written with {key} = {before.get(key)}, and {recipe.name} has {value}.",
                hint="Change the recipe back, or begin anew in another folder.",
            )


def _told(values: dict[str, Any]) -> dict[str, str]:
    return {name: repr(value) for name, value in values.items()}


def _low(learner: Learner) -> str:
    return learner.low.card.sha256 if learner.low else ""
