"""Recipes as TOML files: those of the package by name, any other by its path."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from zoomiseg.errors import RecipeError

from ._recipe import Recipe

_SCALES = ("low", "high")


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with the package."""
    folder = files("zoomiseg.training") / "recipes"
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def load_recipe(name: str) -> Recipe:
    """Return a recipe of the package by name, or any other by the path of its TOML file.

    Raises:
        RecipeError: No such recipe, one for both scales, an unknown or missing key, or a value of the wrong
            kind.
    """
    recipes = load_recipes(name)
    if len(recipes) > 1:
        raise RecipeError(f"The recipe {name} is for both scales, and here one is asked for.")
    return recipes[0]


def load_recipes(name: str) -> tuple[Recipe, ...]:
    """Return a recipe as `load_recipe` does; of one for both scales, that of the low and that of the high.

    Such a recipe has the tables `low` and `high` with what differs between them, and no key `scale`.

    Raises:
        RecipeError: No such recipe, an unknown or missing key, or a value of the wrong kind.
    """
    try:
        values = tomllib.loads(_text(name))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {name} is not TOML: {error}.") from error
    tables = {scale: values.pop(scale) for scale in _SCALES if isinstance(values.get(scale), dict)}
    if not tables:
        return (_parsed(values, Path(name).stem),)
    if "scale" in values or len(tables) < len(_SCALES):
        raise RecipeError(
            f"The recipe {name} needs the tables low and high and no scale, or neither of them."
        )
    recipes = [_parsed(values | table | {"scale": scale}, Path(name).stem) for scale, table in tables.items()]
    if not all(recipe.keep_better for recipe in recipes):
        raise RecipeError(f"The recipe {name} is for both scales, which needs keep_better = true.")
    return tuple(recipes)


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
    frozen = {key: _frozen(value, hints[key]) for key, value in values.items()}
    for key, value in frozen.items():
        if not _fits(value, hints[key]):
            raise RecipeError(f"The recipe {name} has a {key} of the wrong kind: {values[key]!r}.")
    recipe = Recipe(name=name, **frozen)
    if (recipe.steps > 0) == (recipe.epochs > 0):
        raise RecipeError(f"The recipe {name} must have steps or epochs, one of them and above 0.")
    if not 0 < recipe.blend <= 1:
        raise RecipeError(
            f"The recipe {name} has the blend {recipe.blend}; it must be above 0 and at most 1."
        )
    if recipe.blend < 1 and not recipe.keep_better:
        raise RecipeError(f"The recipe {name} has a blend, which needs keep_better = true.")
    return recipe


def _frozen(value: Any, hint: Any) -> Any:
    """Return a TOML value with tuples for arrays and dataclasses for tables, as far as they fit the hint."""
    if isinstance(value, list):
        inner = (*get_args(hint), None)[0]
        return tuple(_frozen(item, inner) for item in value)
    return _table(value, hint) if isinstance(value, dict) and is_dataclass(hint) else value


def _table(value: Mapping[str, Any], hint: Any) -> Any:
    hints = get_type_hints(hint)
    fits = all(key in hints and _fits(item, hints[key]) for key, item in value.items())
    return hint(**value) if fits else value


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
