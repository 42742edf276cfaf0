"""Where a run computes: Lightning's Fabric hides devices, processes and precision."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import torch

from zoomiseg.errors import MissingExtra, RecipeError

from ._batch import Share
from ._recipe import Precision, Recipe

if TYPE_CHECKING:
    from lightning.fabric import Fabric

_log = logging.getLogger(__name__)

_BF16 = ("avx512_bf16", "amx_bf16", "bf16")
"""What processors that compute in bf16 say of themselves; others only imitate it, many times slower."""


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
    precision = settled(recipe.precision)
    fabric = Fabric(accelerator="auto", devices=devices, strategy=strategy, precision=precision)
    fabric.launch()
    return fabric


def settled(precision: Precision) -> Literal["32-true", "bf16-mixed"]:
    """Return the numbers of this machine's passes: `auto` is bf16 where GPU or processor compute in it.

    A recipe that asks for bf16 gets it on any machine, with a warning where it is slow there.
    """
    fast = _computes_in_bf16()
    if precision == "auto":
        return "bf16-mixed" if fast else "32-true"
    if precision == "bf16-mixed" and not fast:
        _log.warning('This machine imitates bf16, which is slow: precision = "auto" would compute in fp32.')
    return precision


def _computes_in_bf16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Releases of PyTorch that cannot tell leave it at fp32, which is right everywhere.
    able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(able.get(name) for name in _BF16)


def share_of(fabric: Fabric) -> Share:
    """Return which samples this process learns from."""
    return Share(fabric.global_rank, fabric.world_size)
