"""A trained network as weights with a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from zoomiseg.geometry import HIGH, LOW, ScaleName
from zoomiseg.networks import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Card,
    load_network,
    read_int8,
    save_int8,
    save_network,
)

from ._recipe import Recipe

_PAPERS = ("unet", "uctransnet")


def save_weights(
    network: nn.Module,
    recipe: Recipe,
    folder: Path,
    *,
    data: str = "",
    licence: str = "unknown",
    figures: Mapping[str, Any] | None = None,
) -> Card:
    """Write `folder`/<scale>.safetensors and its card; the folder's name is the weights' name.

    Args:
        network: As `train` returned it.
        recipe: What it was trained by.
        folder: Made if it is not there.
        data: What it was trained on, with attribution.
        licence: Of the weights, an SPDX expression.
        figures: Measured quality by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    card = Card(
        name=folder.name,
        network=recipe.network,
        options=recipe.skips,
        scale=recipe.scale,
        mpp=(LOW if recipe.scale == "low" else HIGH).mpp,
        click_radius_px=recipe.click_radius_px,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        pad_to_patch=recipe.network in _PAPERS,
        data=data,
        licence=licence,
        recipe=recipe.name,
        seeds=(recipe.seed,),
        figures=figures or {},
    )
    return save_network(folder, recipe.scale, network, card)


def keep_weights(source: Path, folder: Path, scale: ScaleName) -> Card:
    """Write the weights of one scale of a folder into another, unchanged but for their name; return the card.

    Raises:
        WeightsError: The weights are damaged.
        OutputError: They cannot be written.
    """
    network, card = load_network(source, scale)
    quantised = read_int8(source, scale)
    kept = save_network(folder, scale, network, replace(card, name=folder.name, int8_sha256=""))
    return save_int8(folder, scale, quantised) if quantised else kept
