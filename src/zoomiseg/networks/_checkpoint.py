"""A network's tensors on disk: a safetensors file, float16 where that holds them, nothing executable."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError, WeightsError
from zoomiseg.geometry import ScaleName

from ._card import Card
from ._files import card_path, checked, read_card, tensors_path
from ._registry import build_network


def save_network(folder: Path, scale: ScaleName, module: nn.Module, card: Card) -> Card:
    """Write `<scale>.safetensors` and `<scale>.json`, each beside its place first, then renamed.

    Args:
        folder: Made if it is not there.
        scale: Must be the card's.
        module: The network that `card.network` and `card.options` build.
        card: Its `sha256` is replaced; it loses its quantised model, which was made of other tensors.
    Returns:
        The card as written, with the checksum of the tensors.
    Raises:
        WeightsError: The card is of another scale, or a tensor holds values that are not finite.
        OutputError: The folder cannot be written.
    """
    if card.scale != scale:
        raise WeightsError(f"The card of {card.name} is for the {card.scale} scale, not for {scale}.")
    state = {name: _halved(name, tensor) for name, tensor in module.state_dict().items()}
    content = safetensors.torch.save(state, metadata={"format": "pt"})
    written = replace(card, sha256=hashlib.sha256(content).hexdigest(), int8_sha256="")
    text = written.to_json()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Should the second step fail, the old card's checksum tells that the tensors are not its own.
        replace_file(tensors_path(folder, scale), [content])
        replace_file(card_path(folder, scale), [text.encode()])
    except OSError as error:
        raise OutputError(f"The weights cannot be written to {folder}: {error.strerror}.") from error
    return written


def load_network(folder: Path, scale: ScaleName) -> tuple[nn.Module, Card]:
    """Return the network of one scale, in eval mode and float32, and its card.

    Raises:
        WeightsError: A file is missing or damaged, or its tensors are not those of the network; names them.
    """
    card = read_card(folder, scale)
    path = tensors_path(folder, scale)
    state = _tensors(path, checked(path, card.sha256))
    module = build_network(
        card.network,
        shallow_skip=card.options.shallow_skip,
        drop_second_skip=card.options.drop_second_skip,
    )
    _expect_same_tensors(state, module.state_dict(), path=path, network=card.network)
    module.load_state_dict({name: _widened(tensor) for name, tensor in state.items()})
    return module.eval(), card


def _halved(name: str, tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor.detach().cpu().contiguous()
    if not tensor.isfinite().all():
        raise WeightsError(f"The tensor {name} holds values that are not finite.")
    half = tensor.detach().to("cpu", torch.float16).contiguous()
    # A norm's variance may be larger than float16 goes; the training that led to it must not be lost.
    return half if half.isfinite().all() else tensor.detach().float().cpu().contiguous()


def _widened(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _tensors(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        raise WeightsError(f"{path} is no safetensors file: {error}.") from error


def _expect_same_tensors(
    found: dict[str, Tensor], expected: dict[str, Tensor], *, path: Path, network: str
) -> None:
    missing, unexpected = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    reshaped = [
        f"{name} {tuple(found[name].shape)} instead of {tuple(expected[name].shape)}"
        for name in sorted(set(found) & set(expected))
        if found[name].shape != expected[name].shape
    ]
    faults = [
        f"{kind}: {', '.join(names)}"
        for kind, names in (("missing", missing), ("unexpected", unexpected), ("of another shape", reshaped))
        if names
    ]
    if faults:
        raise WeightsError(f"{path} does not hold the tensors of {network}; {'; '.join(faults)}.")
