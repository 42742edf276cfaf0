"""Normalisation layers that lean towards the tissue of one slide."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from zoomiseg.predict import FloatArray

SHARE = 0.05
"""How far means and variances move towards the slide's own. On images of glands, which the network had not
learnt from, 6.8 clicks to an IoU of 0.85 became 5.7 with 0.05, 6.4 with 0.1; with 0.3 the network fails."""


def with_tissue_statistics(module: nn.Module, images: Sequence[FloatArray]) -> nn.Module:
    """Return a copy whose batch normalisation is blended with what it meets on some images, unclicked.

    After Schneider et al. 2020, "Improving robustness against common corruptions by covariate shift
    adaptation": mean and variance are (1 - SHARE) of the training's and SHARE of the images'. They are
    measured in one pass, with what comes before each layer normalised as in training.

    Args:
        module: A network, (1, 3, H, W) image and guidance to logits.
        images: Each (1, 3, H, W), normalised; without any the copy is alike.
    """
    adapted = copy.deepcopy(module).eval()
    if not images:
        return adapted
    layers = [layer for layer in adapted.modules() if isinstance(layer, nn.BatchNorm2d)]
    for layer, (mean, variance) in zip(layers, _met(adapted, layers, images), strict=True):
        _blend(cast(Tensor, layer.running_mean), mean)
        _blend(cast(Tensor, layer.running_var), variance)
    return adapted


def statistics_digest(module: nn.Module) -> str:
    """Return what tells a network's normalisation from another's, in hexadecimal."""
    digest = hashlib.sha256()
    for name, buffer in module.named_buffers():
        if "running" in name:
            digest.update(buffer.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _blend(old: Tensor, new: Tensor) -> None:
    old.mul_(1 - SHARE).add_(SHARE * new)


def _met(
    module: nn.Module, layers: Sequence[nn.BatchNorm2d], images: Sequence[FloatArray]
) -> list[tuple[Tensor, Tensor]]:
    """Return each layer's mean and variance of each channel over all pixels of all images."""
    counts = [0] * len(layers)
    sums = [torch.zeros(layer.num_features, dtype=torch.float64) for layer in layers]
    squares = [torch.zeros(layer.num_features, dtype=torch.float64) for layer in layers]

    def note(index: int, features: Tensor) -> None:
        pixels = features.double().cpu()
        counts[index] += pixels[:, 0].numel()
        sums[index] += pixels.sum(dim=(0, 2, 3))
        squares[index] += (pixels**2).sum(dim=(0, 2, 3))

    hooks = [
        layer.register_forward_pre_hook(lambda _, inputs, index=index: note(index, inputs[0]))
        for index, layer in enumerate(layers)
    ]
    device = next(module.parameters()).device
    _one_by_one(module)
    with torch.inference_mode():
        for image in images:
            tensor = torch.from_numpy(image).to(device)
            module(tensor, torch.zeros_like(tensor))
    for hook in hooks:
        hook.remove()
    module.eval()
    return [
        ((mean := total / count).float(), (square / count - mean**2).clamp_min(0).float())
        for count, total, square in zip(counts, sums, squares, strict=True)
    ]


def _one_by_one(module: nn.Module) -> None:
    """Let each layer run by itself and as after training.

    Outside of training a block may compute convolution and norm as one, and its norm would meet nothing.
    """
    module.train()
    for layer in module.modules():
        if next(layer.children(), None) is None:
            layer.eval()
