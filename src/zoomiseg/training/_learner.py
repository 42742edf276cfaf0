"""A network that learns: its optimiser, its averaged weights, and one step of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch
from torch import nn

from zoomiseg.networks import begin_with, build_network

from ._average import Average
from ._batch import Batch, Share
from ._low_masks import LowNetwork
from ._recipe import Recipe
from ._step import Outcome, learn_from
from ._validation import Validation, validate
from ._validation_sets import ValidationSet

if TYPE_CHECKING:
    from lightning.fabric import Fabric


class _Pretrained(Protocol):
    """What every network has for which `build_network` accepts `pretrained`."""

    def pretrained_parameters(self) -> Iterator[nn.Parameter]: ...


class NotFinite(ArithmeticError):
    """A loss or gradient is NaN or infinite.

    Args:
        what: "loss" or "gradient", and its value.
        batch: The last that was learnt from.
        outcome: What came of it.
    """

    def __init__(self, what: str, value: float, batch: Batch, outcome: Outcome) -> None:
        super().__init__(f"The {what} is {value}.")
        self.what, self.value, self.batch, self.outcome = what, value, batch, outcome


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of a step.

    Args:
        loss: Mean over its batches and over all processes.
        iou: Likewise.
        batch: The last one that this process learnt from.
        outcome: What came of that one.
    """

    loss: float
    iou: float
    batch: Batch
    outcome: Outcome


class Learner:
    """Takes steps.

    Args:
        recipe: What decides them.
        fabric: Where they are computed.
        network: As `new_network` returned it; it is moved to the device.
        low: Makes the first masks of a high-scale network, if it is there; it is moved to the device too.
    """

    def __init__(
        self, recipe: Recipe, fabric: Fabric, network: nn.Module, *, low: LowNetwork | None = None
    ) -> None:
        self._recipe, self._fabric = recipe, fabric
        self.low = low
        if low:
            low.module.to(fabric.device)
        self.network = network
        self.optimiser = torch.optim.Adam(
            _groups(network, recipe), lr=recipe.learning_rate, betas=(0.9, 0.999)
        )
        self._wrapped, self._stepper = fabric.setup(network, self.optimiser)
        self.average = Average(network, decay=recipe.ema)

    def step(self, number: int, batches: Iterable[Batch]) -> Lesson:
        """Take step `number`, counted from 0, from its `recipe.accumulate` batches.

        Raises:
            NotFinite: On all processes, where it happens on one; the weights are left as they were.
        """
        for group in self._stepper.param_groups:
            group["lr"] = learning_rate(self._recipe, number) * group["factor"]
        self._stepper.zero_grad()
        lessons = [
            self._backward(batch, last=place == self._recipe.accumulate)
            for place, batch in enumerate(batches, start=1)
        ]
        last = lessons[-1]
        norm = _gradient_norm(self.network)
        if not math.isfinite(norm):
            raise NotFinite("gradient", norm, last.batch, last.outcome)
        self._stepper.step()
        self.average.update(number + 1)
        loss, overlap = (
            sum(values) / len(lessons) for values in ([x.loss for x in lessons], [x.iou for x in lessons])
        )
        return Lesson(loss, overlap, last.batch, last.outcome)

    def validate(self, sets: Sequence[ValidationSet], share: Share) -> Validation:
        """Let the robot click the sets' images with the averaged weights, of every process its share."""
        network = self.average.network
        for buffer in network.buffers():
            # Each process has seen other samples; what the leading one has seen is what is kept.
            buffer.copy_(self._fabric.broadcast(buffer))
        return validate(network, sets, self._recipe, share=share, gather=self._summed)

    def _summed(self, tensor: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self._fabric.all_reduce(tensor, reduce_op="sum")).cpu()

    def _backward(self, batch: Batch, *, last: bool) -> Lesson:
        """Add a batch's gradient; processes exchange theirs with the step's last one."""
        with self._fabric.no_backward_sync(self._wrapped, enabled=not last):
            masks = self.low.first_masks(batch, self._recipe) if self.low else None
            outcome = learn_from(self._wrapped, batch, self._recipe, masks=masks)
            told = torch.tensor([outcome.loss.item(), outcome.iou], device=self._fabric.device)
            loss, overlap = cast(torch.Tensor, self._fabric.all_reduce(told, reduce_op="mean")).tolist()
            if not math.isfinite(loss):
                raise NotFinite("loss", loss, batch, outcome)
            self._fabric.backward(outcome.loss / self._recipe.accumulate)
        return Lesson(loss, overlap, batch, outcome)


def new_network(recipe: Recipe, start: nn.Module | None, *, pretrained: bool) -> nn.Module:
    """Return the network that a run begins with.

    Args:
        recipe: Its network and seed.
        start: A network of the same kind whose weights it gets; left as it is.
        pretrained: Whether the encoder gets ImageNet weights.
    """
    torch.manual_seed(recipe.seed)
    network = build_network(
        recipe.network,
        shallow_skip=recipe.shallow_skip,
        drop_second_skip=recipe.drop_second_skip,
        pretrained=pretrained,
    )
    if start is not None:
        begin_with(network, start)
    # Depthwise convolutions are slow on a CPU in any other layout.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of a step: up along a line over the warm-up, and down along half a cosine if at all."""
    rise = min((step + 1) / max(recipe.warmup, 1), 1.0)
    if recipe.schedule == "constant":
        return recipe.learning_rate * rise
    return recipe.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def _groups(network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """Return Adam's groups, each with the factor on its rate: what is new, and what ImageNet has taught."""
    if not recipe.pretrained:
        return [{"params": list(network.parameters()), "factor": 1.0}]
    taught = {id(parameter) for parameter in cast(_Pretrained, network).pretrained_parameters()}
    return [
        {"params": [p for p in network.parameters() if id(p) not in taught], "factor": 1.0},
        {"params": [p for p in network.parameters() if id(p) in taught], "factor": recipe.encoder_rate},
    ]


def _gradient_norm(network: nn.Module) -> float:
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients))
