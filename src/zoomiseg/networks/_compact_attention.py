"""A compact network that sees the tissue before the clicks, and looks for what is like the clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from torch import Tensor, nn

from ._click_attention import ClickAttention, Places, clicked_places
from ._compact import STRIDE, CompactBase, Convolved, DecoderBlock, Skip, loud_conv
from ._explained import Explained
from ._lite0 import STAGE_CHANNELS, STEM_CHANNELS, lite0_stem, load_imagenet_weights
from ._options import SkipOptions
from ._padding import cropped, padded_guidance, padded_image

_JOIN = 3
"""Stages of the encoder, to stride 8, that no click touches."""


class Seen(NamedTuple):
    """What no click has touched: features at stride 8, and what joins the decoder at strides 4, 2 and 1.

    The latter are convolved outside of training, but for a skip at stride 2 that clicks are yet added to.
    """

    third: Tensor
    second: Skip
    shallow: Skip
    full: Skip


class CompactAttention(CompactBase):
    """Guidance joins at stride 8: what lies before depends on the tissue alone, click after click.

    The clicks enter in two ways: as a map that is added to the features, which says where, and through
    `ClickAttention`, which says what else looks like that. The first carries the mask input too.

    Args:
        options: With `shallow_skip` "fused" a map of the guidance is added to the stride-2 skip;
            `drop_second_skip` is about the stride-4 one, which carries no click in any case.
        pretrained: Start the encoder from ImageNet weights.
    Raises:
        MissingExtra: `pretrained` without the package that carries the weights.
    """

    place_channels = STAGE_CHANNELS[2]
    tuned_channels = STAGE_CHANNELS[2] + STAGE_CHANNELS[3]

    def __init__(self, options: SkipOptions, *, pretrained: bool = False) -> None:
        super().__init__(options)
        self.stem = lite0_stem()
        self.guidance_branch = _guidance_branch((3, 16, 32, 32), STAGE_CHANNELS[2])
        self.attention = ClickAttention(STAGE_CHANNELS[2], STAGE_CHANNELS[3])
        fused = options.shallow_skip == "fused"
        self.skip_branch = _guidance_branch((3, STEM_CHANNELS), STEM_CHANNELS) if fused else None
        if pretrained:
            load_imagenet_weights(self.stem, self.body)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what starts from ImageNet weights, for a training that moves them more slowly."""
        yield from self.stem.parameters()
        yield from self.body.parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        return self.answer(guidance, self.tissue(image))

    def tissue(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what `Seen` holds, as far as it is there."""
        seen = self.seen(padded_image(image, multiple=STRIDE))
        tensors = (each.sums if isinstance(each, Convolved) else each for each in seen)
        return tuple(each for each in tensors if each is not None)

    def answer(self, guidance: Tensor, tissue: Sequence[Tensor]) -> Tensor:
        """Return (N, 1, H, W) logits; see `Splitting`."""
        features = self.answered(padded_guidance(guidance, multiple=STRIDE), self.as_seen(tissue))
        return cropped(self.head(features), guidance)

    def explained(
        self, guidance: Tensor, tissue: Sequence[Tensor], memory: Places, tuning: Tensor | None = None
    ) -> Explained:
        """Return the logits and what they came from; see `Explaining`."""
        whole, seen = padded_guidance(guidance, multiple=STRIDE), self.as_seen(tissue)
        features = self.answered(whole, seen, memory, tuning)
        return cropped(self.head(features), guidance), features, *clicked_places(seen.third, whole)

    def answered(
        self, guidance: Tensor, seen: Seen, memory: Places | None = None, tuning: Tensor | None = None
    ) -> Tensor:
        """Return the decoder's (N, 16, H, W) features; H and W must be multiples of `STRIDE`."""
        third, second, shallow, full = seen
        if self.skip_branch is not None:
            assert isinstance(shallow, Tensor), "clicks are yet to be added"
            shallow = shallow + self.skip_branch(guidance)
        alike = self.attention(third, guidance, memory)
        where = self.guidance_branch(guidance)
        if tuning is not None:
            where = _tuned(where, tuning[:, : where.shape[1]])
            alike = _tuned(alike, tuning[:, where.shape[1] :])
        joined = third + where
        fourth = self._staged(joined, 3, 5) + alike
        return self.decoded(self._staged(fourth, 5, 7), (fourth, joined, second, shallow, full))

    def as_seen(self, tissue: Sequence[Tensor]) -> Seen:
        """Return what `seen` returned, from what `tissue` returned."""
        third, *second, shallow, full = tissue
        again: Callable[[Tensor], Skip] = _unchanged if self.training else Convolved
        return Seen(
            third,
            again(second[0]) if second else None,
            shallow if self.skip_branch is not None else again(shallow),
            again(full),
        )

    def seen(self, image: Tensor) -> Seen:
        """Return what depends on the tissue alone."""
        shallow = self.stem(image)
        second = self._staged(shallow, 0, 2)
        return Seen(
            third=self._staged(second, 2, _JOIN),
            second=None if self.drop_second_skip else self._block(-3).of_skip(second),
            shallow=shallow if self.skip_branch is not None else self._block(-2).of_skip(shallow),
            full=self._block(-1).of_skip(self.image_branch(image)),
        )

    def _block(self, index: int) -> DecoderBlock:
        return cast(DecoderBlock, self.decoder[index])

    def _staged(self, features: Tensor, first: int, end: int) -> Tensor:
        for index in range(first, end):
            features = self.body.stages[index](features)
        return features


def _unchanged(skip: Tensor) -> Skip:
    return skip


def _tuned(maps: Tensor, tuning: Tensor) -> Tensor:
    """Return (N, C, h, w) with gain and shift of each channel changed by (2, C)."""
    return maps * (1 + tuning[0, :, None, None]) + tuning[1, :, None, None]


def _guidance_branch(widths: Sequence[int], outputs: int) -> nn.Sequential:
    """Return convolutions that halve the size once for each step of `widths`, and one that does not."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, loud_conv(widths[-1], outputs))
