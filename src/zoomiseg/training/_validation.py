"""How good a network is: a robot clicks images, and the clicks that it needs are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import THRESHOLD, iou, next_click

from ._batch import Share
from ._recipe import Recipe
from ._step import normalised, predicted
from ._stored import ImageArray, MaskArray
from ._validation_sets import ValidationSet

MAX_CLICKS = 20
QUALITIES = (0.80, 0.85, 0.90)
AFTER = (1, 3, 5, 10)
_PICTURES = 3

Gather = Callable[[Tensor], Tensor]
"""Adds up the processes' tensors."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one set.

    Args:
        images: How many were clicked.
        noc: Mean number of clicks to an IoU of 0.80, 0.85 and 0.90; an image that never gets there counts 20.
        failures: Images that never reach 0.85.
        iou: Mean IoU after 1, 3, 5 and 10 clicks; after the last one where nothing was left to click.
    """

    images: int
    noc: tuple[float, float, float]
    failures: int
    iou: tuple[float, float, float, float]

    def named(self) -> dict[str, Any]:
        """Return them by the names that `evaluate-patches` has for them, fit for JSON."""
        noc = {f"noc{100 * quality:.0f}": clicks for quality, clicks in zip(QUALITIES, self.noc, strict=True)}
        after = {str(count): value for count, value in zip(AFTER, self.iou, strict=True)}
        return {"images": self.images, **noc, "failures": self.failures, "iou_at": after}


@dataclass(frozen=True, slots=True)
class Clicked:
    """An image, and what came of the clicks.

    Args:
        image: (H, W, 3) uint8 RGB.
        target: (H, W) bool.
        points: (column, row, label).
        probability: (H, W) float32, after the last of them.
    """

    image: ImageArray
    target: MaskArray
    points: Sequence[PatchPoint]
    probability: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation found.

    Args:
        figures: By the sets' names.
        clicked: A few images of each set.
        seconds: It took so long.
    """

    figures: Mapping[str, Figures]
    clicked: tuple[Clicked, ...]
    seconds: float

    @property
    def score(self) -> tuple[float, float]:
        """Smaller is better: clicks to 0.85 averaged over the sets, then the IoU after 5 clicks, negative."""
        found = self.figures.values()
        return (
            float(np.mean([figures.noc[QUALITIES.index(0.85)] for figures in found])),
            -float(np.mean([figures.iou[AFTER.index(5)] for figures in found])),
        )


def validate(
    network: nn.Module, sets: Sequence[ValidationSet], recipe: Recipe, *, share: Share, gather: Gather
) -> Validation:
    """Let the robot click every image.

    Args:
        network: (image, guidance) to logits; left in eval mode.
        sets: The images.
        recipe: Says how clicks are drawn.
        share: Which images this process clicks.
        gather: Brings what the processes found together.
    """
    since = perf_counter()
    clicked: list[Clicked] = []
    figures = {}
    for each in sets:
        rows = torch.zeros(len(each.parts), len(QUALITIES) + 1 + len(AFTER))
        own = range(share.rank, len(each.parts), share.ranks)
        for index in own:
            ious, result = _robot_clicks(network, *each.read(index), recipe)
            rows[index] = torch.tensor(_row(ious))
            if index in own[:_PICTURES]:
                clicked.append(result)
        figures[each.name] = _figures(gather(rows))
    return Validation(figures, tuple(clicked), perf_counter() - since)


def _robot_clicks(
    network: nn.Module, image: ImageArray, truth: MaskArray, recipe: Recipe
) -> tuple[list[float], Clicked]:
    """Click until no further click could change a figure; return the IoU after each."""
    images = normalised([image]).to(next(network.parameters()).device)
    points: list[PatchPoint] = []
    probability: NDArray[np.float32] | None = None
    ious: list[float] = []
    while len(ious) < AFTER[-1] or (len(ious) < MAX_CLICKS and max(ious) < QUALITIES[-1]):
        prediction = np.zeros(truth.shape, bool) if probability is None else probability >= THRESHOLD
        click = next_click(prediction, truth, clicked=[(column, row) for column, row, _ in points])
        if click is None:
            break
        points.append((click.column, click.row, click.label))
        probability = predicted(network, images, [points], [probability], radius_px=recipe.click_radius_px)[0]
        ious.append(iou(probability >= THRESHOLD, truth))
    assert probability is not None
    return ious, Clicked(image, truth, points, probability)


def _row(ious: Sequence[float]) -> list[float]:
    """Return clicks to each quality, whether 0.85 was never reached, and the IoU after some clicks."""
    reached = [
        next((count for count, value in enumerate(ious, start=1) if value >= quality), MAX_CLICKS)
        for quality in QUALITIES
    ]
    failed = max(ious) < QUALITIES[1]
    return [*reached, failed, *(ious[min(count, len(ious)) - 1] for count in AFTER)]


def _figures(rows: Tensor) -> Figures:
    means = rows.mean(dim=0).tolist()
    split = len(QUALITIES)
    first, second, third = means[:split]
    after = tuple(means[split + 1 :])
    return Figures(len(rows), (first, second, third), round(rows[:, split].sum().item()), after)
