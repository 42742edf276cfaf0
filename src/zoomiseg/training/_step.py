"""One training step: clicks are simulated with the network itself, then it learns from the last of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zoomiseg.guidance import PatchPoint, guidance
from zoomiseg.losses import total_loss
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD

from ._clicks import correcting_click, first_clicks
from ._recipe import Recipe
from ._tasks import Sample


def step_loss(
    network: nn.Module, samples: Sequence[Sample], rng: np.random.Generator, recipe: Recipe
) -> tuple[Tensor, float]:
    """Return a batch's loss, ready for backward, and its mean IoU.

    Up to `recipe.click_rounds` times, in eval mode and without gradient, the network predicts, a correcting
    click is appended and the prediction becomes the next mask input; then one pass with gradient. This is
    the training of Sofiiuk et al. 2022, with the last mask input of some samples dropped.

    Args:
        network: (image, guidance) to logits.
        samples: All of one size.
        rng: Decides first clicks, rounds and dropped masks.
        recipe: The numbers.
    """
    device = next(network.parameters()).device
    images = normalised([sample.image for sample in samples]).to(device)
    points = [first_clicks(rng, sample.target, single=recipe.single_click) for sample in samples]
    masks = [sample.first_mask for sample in samples]
    dropped = rng.random(len(samples)) < recipe.mask_dropped
    for _ in range(int(rng.integers(recipe.click_rounds + 1))):
        probability = _predicted(network, images, points, masks, recipe)
        for index, sample in enumerate(samples):
            click = correcting_click(rng, probability[index], sample.target)
            points[index] += [click] if click else []
        masks = list(probability)
    masks = [None if drop else mask for mask, drop in zip(masks, dropped, strict=True)]
    network.train()
    logits = network(images, _guidance(points, masks, images, recipe))
    target = torch.from_numpy(np.stack([sample.target for sample in samples])[:, None]).to(device)
    clicks = padded_clicks(points).to(device)
    loss = total_loss(logits, target, clicks, click_weight=recipe.click_weight, form=recipe.click_loss)
    return loss, _mean_iou(logits.detach() > 0, target)


def normalised(images: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Return (N, 3, H, W) float32 of uint8 RGB images, ImageNet mean taken off and deviation divided out."""
    stacked = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return ((stacked - mean) / deviation).contiguous(memory_format=torch.channels_last)


def padded_clicks(points: Sequence[Sequence[PatchPoint]]) -> Tensor:
    """Return (N, K, 3) int64 rows (column, row, label), filled up with label 0."""
    clicks = torch.zeros((len(points), max(map(len, points), default=0) or 1, 3), dtype=torch.int64)
    for index, sample in enumerate(points):
        if sample:
            clicks[index, : len(sample)] = torch.tensor(sample)
    return clicks


def _mean_iou(prediction: Tensor, target: Tensor) -> float:
    # The normalised focal loss dwells on what is still wrong, so that it hardly falls while masks get better.
    common = (prediction & target).sum(dim=(1, 2, 3))
    union = (prediction | target).sum(dim=(1, 2, 3)).clamp_min(1)
    return float((common / union).mean())


@torch.no_grad()
def _predicted(
    network: nn.Module,
    images: Tensor,
    points: Sequence[Sequence[PatchPoint]],
    masks: Sequence[NDArray[np.float32] | None],
    recipe: Recipe,
) -> NDArray[np.float32]:
    network.eval()
    logits = network(images, _guidance(points, masks, images, recipe))
    return np.asarray(torch.sigmoid(logits.float())[:, 0].cpu().numpy(), np.float32)


def _guidance(
    points: Sequence[Sequence[PatchPoint]],
    masks: Sequence[NDArray[np.float32] | None],
    images: Tensor,
    recipe: Recipe,
) -> Tensor:
    height, width = images.shape[2:]
    maps = [
        guidance(sample, mask, height, width, radius_px=recipe.click_radius_px)
        for sample, mask in zip(points, masks, strict=True)
    ]
    return torch.from_numpy(np.stack(maps)).to(images.device)
