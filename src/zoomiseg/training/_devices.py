"""Where a run computes: Lightning's Fabric hides devices, processes and precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomiseg.errors import MissingExtra, RecipeError

from ._batch import Share
from ._recipe import Recipe

if TYPE_CHECKING:
    from lightning.fabric import Fabric


def launched(recipe: Recipe, *, devices: int) -> Fabric:
    """Return the Fabric of this process, having started the other processes where there are several devices.

    They are started by running the program's own command line again.

    Args:
        recipe: Its precision, and a batch that must fall into equal shares.
        devices: Of the best kind there is; a CPU lends itself as often as is asked.
    Raises:
        MissingExtra: Without `zoomiseg[train]`.
        RecipeError: A batch that cannot be shared evenly.
    """
    try:
        from lightning.fabric import Fabric  # noqa: PLC0415
    except ImportError as error:
        hint = "Install it with: pip install 'zoomiseg[train]'"
        raise MissingExtra("Training needs Lightning.", hint=hint) from error
    if recipe.batch % devices:
        raise RecipeError(
            f"A batch of {recipe.batch} cannot be shared evenly by {devices} devices.",
            hint="Choose a number that divides the recipe's batch.",
        )
    strategy = "ddp" if devices > 1 else "auto"
    fabric = Fabric(accelerator="auto", devices=devices, strategy=strategy, precision=recipe.precision)
    fabric.launch()
    return fabric


def share_of(fabric: Fabric) -> Share:
    """Return which samples this process learns from."""
    return Share(fabric.global_rank, fabric.world_size)
