"""One training step: clicks are simulated with the network itself, then it learns from the last of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zoomiseg.guidance import PatchPoint, guidance
from zoomiseg.losses import total_loss
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD

from ._batch import Batch
from ._clicks import correcting_click, first_clicks
from ._recipe import Recipe

Mask = NDArray[np.float32] | None
"""A mask input, (H, W) float32 in [0, 1]; None stands for zeros."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch.

    Args:
        loss: A scalar, ready for backward.
        iou: Mean over the samples.
        points: Each sample's clicks, (column, row, label).
        masks: Each sample's last mask input.
        logits: (N, 1, H, W), what the network made of them, without gradient.
    """

    loss: Tensor
    iou: float
    points: list[list[PatchPoint]]
    masks: list[Mask]
    logits: Tensor

    @property
    def probability(self) -> NDArray[np.float32]:
        """The target's probability, (N, H, W) float32."""
        return _probability(self.logits)


def learn_from(
    network: nn.Module, batch: Batch, recipe: Recipe, *, masks: Sequence[Mask] | None = None
) -> Outcome:
    """Return a batch's loss and what it was the loss of.

    `batch.rounds` times, in eval mode and without gradient, the network predicts, a correcting click is
    appended and the prediction becomes the next mask input; then one pass with gradient. This is the training
    of Sofiiuk et al. 2022, with the last mask input of some samples dropped.

    Args:
        network: (image, guidance) to logits.
        batch: Decides clicks, rounds and dropped masks too.
        recipe: The numbers.
        masks: The first mask inputs; None: the samples' own.
    """
    device = next(network.parameters()).device
    targets = [sample.target for sample in batch.samples]
    images = normalised([sample.image for sample in batch.samples]).to(device)
    masks = [sample.first_mask for sample in batch.samples] if masks is None else list(masks)
    points = [
        _first_clicks(rng, target, mask, recipe)
        for rng, target, mask in zip(batch.dice, targets, masks, strict=True)
    ]
    for _ in range(batch.rounds):
        probability = predicted(network, images, points, masks, radius_px=recipe.click_radius_px)
        for index, (rng, target) in enumerate(zip(batch.dice, targets, strict=True)):
            click = correcting_click(rng, probability[index], target)
            points[index] += [click] if click else []
        masks = list(probability)
    masks = [
        None if rng.random() < recipe.mask_dropped and _names_target(clicks) else mask
        for rng, mask, clicks in zip(batch.dice, masks, points, strict=True)
    ]
    network.train()
    torch.manual_seed(batch.dropout_seed)
    logits = network(images, _guidance(points, masks, images, radius_px=recipe.click_radius_px))
    truth = torch.from_numpy(np.stack(targets)[:, None]).to(device)
    clicks = padded_clicks(points).to(device)
    loss = total_loss(logits, truth, clicks, click_weight=recipe.click_weight, form=recipe.click_loss)
    seen = logits.detach()
    return Outcome(loss, _mean_iou(seen > 0, truth), points, masks, seen)


def _first_clicks(
    rng: np.random.Generator, target: NDArray[np.bool_], mask: Mask, recipe: Recipe
) -> list[PatchPoint]:
    """Draw a sample's clicks of before the first prediction; a mask to be mended gets the one it needs."""
    if mask is not None and recipe.mended and rng.random() < recipe.mended:
        click = correcting_click(rng, mask, target)
        if click:
            return [click]
    return first_clicks(rng, target, single=recipe.single_click)


def _names_target(clicks: Sequence[PatchPoint]) -> bool:
    """Say whether clicks alone tell what is wanted; of one that only removes, the mask input must tell it."""
    return any(label > 0 for _, _, label in clicks)


def normalised(
    images: Sequence[NDArray[np.uint8]],
    *,
    mean: Sequence[float] = IMAGENET_MEAN,
    deviation: Sequence[float] = IMAGENET_STD,
) -> Tensor:
    """Return (N, 3, H, W) float32 of uint8 RGB images, a mean taken off and a deviation divided out."""
    stacked = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
    less, over = (torch.tensor(values).view(1, 3, 1, 1) for values in (mean, deviation))
    return ((stacked - less) / over).contiguous(memory_format=torch.channels_last)


def padded_clicks(points: Sequence[Sequence[PatchPoint]]) -> Tensor:
    """Return (N, K, 3) int64 rows (column, row, label), filled up with label 0."""
    clicks = torch.zeros((len(points), max(map(len, points), default=0) or 1, 3), dtype=torch.int64)
    for index, sample in enumerate(points):
        if sample:
            clicks[index, : len(sample)] = torch.tensor(sample)
    return clicks


@torch.no_grad()
def predicted(
    network: nn.Module,
    images: Tensor,
    points: Sequence[Sequence[PatchPoint]],
    masks: Sequence[Mask],
    *,
    radius_px: int,
) -> NDArray[np.float32]:
    """Return the target's probability, (N, H, W) float32, in eval mode and without gradient.

    Args:
        network: (image, guidance) to logits.
        images: As `normalised` makes them, on the network's device.
        points: Each image's clicks.
        masks: Each image's mask input.
        radius_px: Of a click's disk.
    """
    network.eval()
    return _probability(network(images, _guidance(points, masks, images, radius_px=radius_px)))


def _mean_iou(prediction: Tensor, target: Tensor) -> float:
    # The normalised focal loss dwells on what is still wrong, so that it hardly falls while masks get better.
    common = (prediction & target).sum(dim=(1, 2, 3))
    union = (prediction | target).sum(dim=(1, 2, 3)).clamp_min(1)
    return float((common / union).mean())


def _probability(logits: Tensor) -> NDArray[np.float32]:
    return np.asarray(torch.sigmoid(logits.float())[:, 0].cpu().numpy(), np.float32)


def _guidance(
    points: Sequence[Sequence[PatchPoint]],
    masks: Sequence[Mask],
    images: Tensor,
    *,
    radius_px: int,
) -> Tensor:
    height, width = images.shape[2:]
    maps = [
        guidance(sample, mask, height, width, radius_px=radius_px)
        for sample, mask in zip(points, masks, strict=True)
    ]
    return torch.from_numpy(np.stack(maps)).to(images.device)
