"""A training recipe: everything that decides a run's weights, as a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from zoomiseg.errors import RecipeError
from zoomiseg.losses import ClickLossForm

Source = Literal["real", "generated"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What decides the weights of one network.

    Args:
        name: Of the recipe.
        scale: Which of the two networks it trains.
        network: A name that `zoomiseg.networks` knows.
        pretrained: Start the encoder from ImageNet weights.
        steps: Optimiser steps.
        batch: Samples a step.
        size: Side of a sample, in pixels.
        mpp: (smallest, largest) µm per pixel of a sample, drawn log-uniformly.
        learning_rate: The largest; it rises over `warmup` steps and falls to zero along half a cosine.
        encoder_rate: Factor on the rate of a pretrained encoder's own weights.
        warmup: Steps.
        click_weight: Weight of the click loss.
        click_loss: Which reading of the paper's equation 1.
        click_radius_px: Radius of a click's disk.
        click_rounds: Most rounds of correcting clicks before the training pass.
        single_click: Share of samples that start with a single positive click.
        mask_dropped: Share of samples whose mask input is zeroed.
        composites, one_kind, some_structures, generated, first_masks, white_margins: See `TaskMix`.
        ramp_steps: Steps over which composites, one_kind and some_structures rise to their shares.
        blur: Share of blurred samples.
        seed: Of samples, clicks and initial weights.
        sources: What is learnt from: `real` pairs, and those whose kind is `generated`.
        kinds: The manifest's kinds of real pairs that are learnt from; () is all but `left_out`.
        left_out: Kinds that are not learnt from.
        textures: (path under a data folder, mpp) of unmarked tissue.
    """

    name: str
    scale: Literal["low", "high"]
    network: str
    pretrained: bool = True
    steps: int
    batch: int = 4
    size: int = 256
    mpp: tuple[float, float]
    learning_rate: float = 1e-3
    encoder_rate: float = 0.5
    warmup: int = 50
    click_weight: float = 0.05
    click_loss: ClickLossForm = "hinge"
    click_radius_px: int = 5
    click_rounds: int = 3
    single_click: float = 0.2
    mask_dropped: float = 0.1
    composites: float = 0.35
    one_kind: float = 0.15
    some_structures: float = 0.15
    generated: float = 0.4
    first_masks: float = 0.0
    white_margins: float = 0.0
    ramp_steps: int = 800
    blur: float = 0.3
    seed: int = 1
    sources: tuple[Source, ...] = ("real", "generated")
    kinds: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    textures: tuple[tuple[str, float], ...] = ()


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with the package."""
    folder = files("zoomiseg.training") / "recipes"
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def load_recipe(name: str) -> Recipe:
    """Return a recipe of the package by name, or any other by the path of its TOML file.

    Raises:
        RecipeError: No such recipe, an unknown or missing key, or a value of the wrong kind.
    """
    try:
        values = tomllib.loads(_text(name))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {name} is not TOML: {error}.") from error
    return _parsed(values, Path(name).stem)


def _text(name: str) -> str:
    if name.endswith(".toml"):
        try:
            return Path(name).read_text("utf-8")
        except OSError as error:
            raise RecipeError(f"The recipe {name} cannot be read: {error.strerror}.") from error
    if name not in recipe_names():
        raise RecipeError(f"There is no recipe {name!r}.", hint=f"Known are: {', '.join(recipe_names())}.")
    return (files("zoomiseg.training") / "recipes" / f"{name}.toml").read_text("utf-8")


def _parsed(values: Mapping[str, Any], name: str) -> Recipe:
    hints = {key: hint for key, hint in get_type_hints(Recipe).items() if key != "name"}
    required = {item.name for item in fields(Recipe) if item.default is MISSING} - {"name"}
    if unknown := sorted(set(values) - set(hints)):
        raise RecipeError(f"The recipe {name} has unknown keys: {', '.join(unknown)}.")
    if missing := sorted(required - set(values)):
        raise RecipeError(f"The recipe {name} lacks the keys: {', '.join(missing)}.")
    frozen = {key: _frozen(value) for key, value in values.items()}
    for key, value in frozen.items():
        if not _fits(value, hints[key]):
            raise RecipeError(f"The recipe {name} has a {key} of the wrong kind: {values[key]!r}.")
    return Recipe(name=name, **frozen)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _fits(value: Any, hint: Any) -> bool:
    """Say whether a frozen TOML value is of one of the kinds that a field of `Recipe` can have."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is not tuple:
        # TOML's true is no number, though Python's is.
        return type(value) in ((float, int) if hint is float else (hint,))
    if not isinstance(value, tuple):
        return False
    inner = get_args(hint)
    expected = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
    return len(value) == len(expected) and all(map(_fits, value, expected))
