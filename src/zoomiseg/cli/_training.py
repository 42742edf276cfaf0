"""What every training from the command line has in common: how it begins, and what it tells on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zoomiseg.errors import OutputError, RecipeError, WeightsError

from ._output import Advance, say

if TYPE_CHECKING:
    from torch import nn

    from zoomiseg.training import Pace, Recipe, Reports, Validated

_SPOKEN_EVERY = 100


def reports_of(recipe: Recipe, advance: Advance) -> Reports:
    """Return what moves the bar and says now and then how a training goes."""
    from zoomiseg.training import Reports

    def paced(pace: Pace) -> None:
        advance(pace.step / recipe.steps)
        if pace.step % _SPOKEN_EVERY == 0 or pace.step == recipe.steps:
            say(
                f"Step {pace.step} of {recipe.steps}: loss {pace.loss:.3f}, IoU {pace.iou:.3f}, "
                f"{pace.seconds:.2f} s a step, {100 * pace.waited:.0f}% of it waiting for samples"
            )

    def validated(found: Validated) -> None:
        for name, figures in found.validation.figures.items():
            say(
                f"Step {found.step}, {name}: {figures.noc[1]:.1f} clicks to 0.85 ({figures.failures} of "
                f"{figures.images} never), IoU {figures.iou[0]:.3f} after 1 click, "
                f"{figures.iou[2]:.3f} after 5"
            )
        if found.validation.figures:
            best = "the best so far" if found.best else "not the best so far"
            say(f"Step {found.step}: {best}, validated in {found.validation.seconds:.0f} s")

    return Reports(paced, validated)


@contextmanager
def telling_how_to_resume(checkpoints: Path) -> Iterator[None]:
    """Tell a user who interrupts a training where its checkpoint is."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"The last checkpoint is in {checkpoints}; with --resume the same command goes on from there.")
        raise


def begun(recipe: Recipe, start: str | None) -> tuple[Recipe, nn.Module | None]:
    """Return a recipe, settled on the network of the weights it begins with, and that network if any.

    Raises:
        RecipeError: The recipe wants weights to begin with, and there are none.
        WeightsError: They are missing, damaged, or of another network than the recipe trains.
    """
    from zoomiseg.training import START

    if start is None:
        if recipe.network == START:
            raise wants_weights(recipe)
        return recipe, None
    return begun_with(recipe, start)


def begun_with(recipe: Recipe, start: str) -> tuple[Recipe, nn.Module]:
    """Return a recipe, settled on the network of the weights it begins with, and that network.

    Raises:
        WeightsError: They are missing, damaged, or of another network than the recipe trains.
    """
    from zoomiseg.networks import find_weights, load_network, may_begin

    network, card = load_network(find_weights(start, allow_path=True), recipe.scale)
    chosen = recipe.begun_with(card)
    if not may_begin(chosen.network, card.network):
        raise WeightsError(
            f"{start} holds the network {card.network}, and {recipe.name} trains {recipe.network}.",
            hint="Choose weights of that network, or leave out --from.",
        )
    return chosen, network


def keep_what_is_there(folder: Path, recipe: Recipe) -> None:
    """Refuse to begin a training where weights of its scale lie, or what one was interrupted at.

    Raises:
        OutputError: Says which of them.
    """
    scale = recipe.scale
    if (folder / f"{scale}.json").exists():
        there = f"holds weights of the {scale} scale already"
    elif any((folder / "training" / scale).rglob("checkpoint.pt")):
        there = f"holds a training of the {scale} scale that is not finished"
    else:
        return
    raise OutputError(f"{folder} {there}.", hint="Go on with --resume, or choose another folder with -o.")


def wants_weights(recipe: Recipe) -> RecipeError:
    """Return the refusal of a recipe that begins with weights, where none are named."""
    return RecipeError(
        f"The recipe {recipe.name} begins with trained weights.", hint="Name them: --from compact."
    )
