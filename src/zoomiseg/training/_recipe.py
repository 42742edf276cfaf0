"""A training recipe: everything that decides a run's weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from zoomiseg.losses import ClickLossForm
from zoomiseg.networks import Card, ShallowSkip, SkipOptions

SIZE_STEP = 32
"""Pixels: the coarsest stride of the networks, so that none has to pad a sample."""
Source = Literal["real", "generated"]
Precision = Literal["32-true", "bf16-mixed", "auto"]
Schedule = Literal["cosine", "constant"]
START = "start"
"""Stands for the network of the weights that a training begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationChoice:
    """Which images a robot clicks to tell how good the network is.

    Args:
        split: `val`; or `train` for a kind that is not learnt from.
        kind: Of the images, also one that is not learnt from; "" takes all kinds that are.
        limit: Images at most, evenly spread over the manifest's.
    """

    split: Literal["train", "val"] = "val"
    kind: str = ""
    limit: int = 16

    @property
    def name(self) -> str:
        return f"{self.split} {self.kind}".strip()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What decides the weights of one network.

    Args:
        name: Of the recipe.
        scale: Which of the two networks it trains.
        network: A name that `zoomiseg.networks` knows; or `start`: that of the weights it begins with, their
            skips and radius of clicks as well.
        shallow_skip, drop_second_skip: What the two shallowest skips carry, see `SkipOptions`.
        pretrained: Start the encoder from ImageNet weights.
        steps: Optimiser steps; or else `epochs`.
        epochs: How often each image of the data is learnt from once, on average.
        batch: Samples in a batch, however many devices share it.
        accumulate: Batches a step, for whose gradients there is no room at once.
        precision: Numbers of the network's passes: `32-true`, `bf16-mixed`, or `auto`: bf16 where the machine
            computes in it and so is faster.
        ema: Decay of the exponential moving average of the weights that is kept; 0 keeps the last weights.
        size: Side of a sample, in pixels.
        largest_size: Side up to which the samples of a batch may be larger, all by the same multiple of 32
            pixels, drawn evenly; 0: all have `size`.
        mpp: (smallest, largest) µm per pixel of a sample, drawn log-uniformly.
        learning_rate: The largest; it rises over `warmup` steps.
        schedule: What follows: `cosine` falls to zero along half a cosine, `constant` stays.
        encoder_rate: Factor on the rate of a pretrained encoder's own weights.
        warmup: Steps.
        click_weight: Weight of the click loss.
        click_loss: Which reading of the paper's equation 1.
        click_radius_px: Radius of a click's disk.
        click_rounds: Most rounds of correcting clicks before the training pass.
        single_click: Share of samples that start with a single positive click.
        mask_dropped: Share of samples whose mask input is zeroed.
        composites, one_kind, some_structures, generated, first_masks, white_margins: See `TaskMix`.
        low_weights: Name or folder of the weights whose low-scale network makes the first masks of a
            high-scale one; "" makes them all by degrading the truth.
        mended: Share of the samples with a first mask that start with the one click which corrects it, as
            where a user zooms in because of an error; the others start as if there were no mask.
        degraded_masks: Share of the first masks that are the degraded truth even so.
        ramp_steps: Steps over which composites, one_kind and some_structures rise to their shares.
        whole_patches: Let samples be single images, each once an epoch, such as prepared patches, instead of
            the mix of tasks that `composites` and what follows it describe.
        augmented: Vary stain, sharpness, noise and compression; samples are turned and mirrored in any case.
        blur: Share of blurred samples.
        seed: Of samples, clicks and initial weights.
        sources: What is learnt from: `real` pairs, and those whose kind is `generated`.
        kinds: The manifest's kinds of real pairs that are learnt from; () is all but `left_out`.
        left_out: Kinds that are not learnt from.
        textures: (path under a data folder, mpp) of unmarked tissue.
        validate_every: Steps between validations; the last step has one too. 0: never.
        validation: The sets of images for that. The best weights are those of the fewest clicks to an IoU of
            0.85, averaged over the sets.
        keep_better: Let the robot also click with the weights that it begins with, on images that are held
            out, and keep those weights where the training did not better them.
        blend: With `keep_better`: the share of the trained weights in those kept, the rest being that
            of the weights it began with (WiSE-FT, Wortsman et al. 2022). With less, less is forgotten.
    """

    name: str
    scale: Literal["low", "high"]
    network: str
    shallow_skip: ShallowSkip = "image"
    drop_second_skip: bool = True
    pretrained: bool = True
    steps: int = 0
    epochs: int = 0
    batch: int = 4
    accumulate: int = 1
    precision: Precision = "32-true"
    ema: float = 0.998
    size: int = 256
    largest_size: int = 0
    mpp: tuple[float, float]
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    encoder_rate: float = 0.5
    warmup: int = 50
    click_weight: float = 0.05
    click_loss: ClickLossForm = "hinge"
    click_radius_px: int = 5
    click_rounds: int = 3
    single_click: float = 0.2
    mask_dropped: float = 0.1
    composites: float = 0.35
    one_kind: float = 0.15
    some_structures: float = 0.15
    generated: float = 0.4
    first_masks: float = 0.0
    white_margins: float = 0.0
    low_weights: str = ""
    degraded_masks: float = 0.3
    mended: float = 0.0
    ramp_steps: int = 800
    whole_patches: bool = False
    augmented: bool = True
    blur: float = 0.3
    seed: int = 1
    sources: tuple[Source, ...] = ("real", "generated")
    kinds: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    textures: tuple[tuple[str, float], ...] = ()
    validate_every: int = 400
    validation: tuple[ValidationChoice, ...] = (ValidationChoice(),)
    keep_better: bool = False
    blend: float = 1.0

    @property
    def skips(self) -> SkipOptions:
        """How the network is built."""
        return SkipOptions(self.shallow_skip, self.drop_second_skip)

    @property
    def sizes(self) -> range:
        """The sides that a sample may have, in pixels."""
        return range(self.size, max(self.size, self.largest_size) + 1, SIZE_STEP)

    def settled(self, images: int) -> Recipe:
        """Return the recipe with the steps that its epochs take of so many images."""
        if not self.epochs:
            return self
        return replace(self, steps=-(-self.epochs * images // (self.batch * self.accumulate)))

    def begun_with(self, card: Card) -> Recipe:
        """Return the recipe for the network of a card, where it takes that of the weights it begins with."""
        if self.network != START:
            return self
        return replace(
            self,
            network=card.network,
            shallow_skip=card.options.shallow_skip,
            drop_second_skip=card.options.drop_second_skip,
            click_radius_px=card.click_radius_px,
        )

    def validates_after(self, steps: int) -> bool:
        """Say whether there is a validation once so many steps are finished."""
        return self.validate_every > 0 and (steps % self.validate_every == 0 or steps == self.steps)
