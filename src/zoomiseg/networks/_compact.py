"""The compact networks: an EfficientNet-Lite0 encoder under a light U-Net decoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias, cast

from torch import Tensor, cat, nn, relu, zeros
from torch.nn.functional import conv2d, conv_transpose2d, interpolate

from ._blocks import InteractionStem, conv_norm_relu, enlarging, folded, in_half
from ._lite0 import STAGE_CHANNELS, STEM_CHANNELS, Lite0Body, lite0_stem, load_imagenet_weights
from ._options import SkipOptions
from ._padding import cropped, padded

IMAGE_CHANNELS = 16
DECODER_CHANNELS = (96, 64, 48, 32, 16)
STRIDE = 32
# A click's disk must be as loud as the features that it is added to from the start. With a gain of 1 the
# clicks were not obeyed after 200 steps of training; the encoder's norms drown them.
_GUIDANCE_GAIN = 10.0


class Convolved(NamedTuple):
    """What `DecoderBlock.of_skip` made of a skip."""

    sums: Tensor


Skip: TypeAlias = Tensor | Convolved | None


class DecoderBlock(nn.Module):
    """Narrow, enlarge by two, join the skip, convolve.

    The 1x1 comes before the enlargement, where it costs a quarter. A convolution of joined maps is a sum of
    two, and where the skip depends on the tissue alone, its half need not be computed again at each click:
    outside of training, `of_skip` gives that half and `forward` takes it.
    """

    def __init__(self, inputs: int, skip: int, outputs: int, *, convolutions: int) -> None:
        super().__init__()
        self.narrow = conv_norm_relu(inputs, outputs, kernel=1)
        widths = [outputs + skip] + [outputs] * convolutions
        self.convolve = nn.Sequential(*(conv_norm_relu(before, after) for before, after in pairwise(widths)))
        self._outputs = outputs

    def forward(self, deep: Tensor, skip: Skip) -> Tensor:
        """Return (N, outputs, 2 h, 2 w) from (N, inputs, h, w) and a skip of (N, skip, 2 h, 2 w)."""
        narrow = self.narrow(deep)
        if self.training:
            return self._plainly(narrow, skip)
        weight, _ = self._folded()
        kernel = enlarging(weight[:, : self._outputs])
        sums = skip.sums.float() if isinstance(skip, Convolved) else self._sums(skip)
        features = relu(conv_transpose2d(narrow, kernel, stride=2, padding=1) + sums)
        for each in list(self.convolve.children())[1:]:
            features = each(features)
        return features

    def of_skip(self, skip: Tensor) -> Skip:
        """Return the skip's share in the first convolution, to be kept; in training the skip itself.

        The share is in half precision: these are the largest maps of all.
        """
        if self.training:
            return skip
        return Convolved(in_half(self._sums(skip)))

    def _plainly(self, narrow: Tensor, skip: Skip) -> Tensor:
        assert not isinstance(skip, Convolved), "norms learn from both halves together"
        up = interpolate(narrow, scale_factor=2.0, mode="nearest")
        joined: Tensor = self.convolve(up if skip is None else cat([up, skip], dim=1))
        return joined

    def _sums(self, skip: Tensor | None) -> Tensor:
        weight, bias = self._folded()
        if skip is None:
            return bias[:, None, None]
        return conv2d(skip, weight[:, self._outputs :], bias, padding=1)

    def _folded(self) -> tuple[Tensor, Tensor]:
        return folded(cast(nn.Sequential, self.convolve[0]))


class CompactBase(nn.Module):
    """What the compact networks share: the Lite0 body, a guidance-free image branch, the light decoder.

    Args:
        options: `drop_second_skip` is about the stride-4 skip.
    """

    def __init__(self, options: SkipOptions) -> None:
        super().__init__()
        self.body = Lite0Body()
        self.image_branch = conv_norm_relu(3, IMAGE_CHANNELS)
        self.drop_second_skip = options.drop_second_skip
        second = 0 if options.drop_second_skip else STAGE_CHANNELS[1]
        skips = (STAGE_CHANNELS[3], STAGE_CHANNELS[2], second, STEM_CHANNELS, IMAGE_CHANNELS)
        inputs = (STAGE_CHANNELS[4], *DECODER_CHANNELS[:-1])
        # A second convolution pays only where there are few pixels.
        convolutions = (2, 2, 1, 1, 1)
        self.decoder = nn.ModuleList(
            DecoderBlock(deep, skip, outputs, convolutions=count)
            for deep, skip, outputs, count in zip(inputs, skips, DECODER_CHANNELS, convolutions, strict=True)
        )
        self.head = nn.Conv2d(DECODER_CHANNELS[-1], 1, 1)
        nn.init.normal_(self.head.weight, std=0.1)
        self.head.bias = nn.Parameter(zeros(1))

    def decoded(self, deep: Tensor, skips: Sequence[Skip]) -> Tensor:
        """Return (N, 16, H, W) features, which `head` makes logits of.

        Args:
            deep: The encoder's features at stride 32.
            skips: At strides 16, 8, 4, 2 and 1.
        """
        features = deep
        for block, skip in zip(self.decoder, skips, strict=True):
            features = block(features, skip)
        return features

    def skips(self, image: Tensor, shallow: Tensor, kept: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        """Return what joins the decoder at strides 16, 8, 4, 2 and 1.

        Args:
            image: (N, C, H, W), sides multiples of `STRIDE`.
            shallow: What the stride-2 skip carries.
            kept: The encoder's features at strides 4, 8, 16, 32.
        """
        second, third, fourth, _ = kept
        kept_second = None if self.drop_second_skip else second
        return fourth, third, kept_second, shallow, self.image_branch(image)


class CompactLite0(CompactBase):
    """Guidance is added to the stem's output at stride 2; a guidance-free image branch feeds the last block.

    Args:
        options: `shallow_skip` is about the stride-2 skip, `drop_second_skip` about the stride-4 one.
        pretrained: Start the encoder from ImageNet weights.
    Raises:
        MissingExtra: `pretrained` without the package that carries the weights.
    """

    def __init__(self, options: SkipOptions, *, pretrained: bool = False) -> None:
        super().__init__(options)
        stem = lite0_stem()
        self.stem = InteractionStem(stem, _guidance_branch(), options=options)
        if pretrained:
            load_imagenet_weights(stem, self.body)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what starts from ImageNet weights, for a training that moves them more slowly."""
        yield from self.stem.image_branch.parameters()
        yield from self.body.parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        whole_image, whole_guidance = padded(image, guidance, multiple=STRIDE)
        fused, shallow = self.stem(whole_image, whole_guidance)
        _, *kept = self.body(fused)
        features = self.decoded(kept[-1], self.skips(whole_image, shallow, kept))
        return cropped(self.head(features), image)


def loud_conv(inputs: int, outputs: int) -> nn.Conv2d:
    """Return the last layer of a guidance branch, a 1x1 convolution whose start makes clicks heard."""
    # No norm: nearly all of a click map is zero, and a batch's share of ones would scale the rest.
    layer = nn.Conv2d(inputs, outputs, 1, bias=False)
    nn.init.normal_(layer.weight, std=_GUIDANCE_GAIN * inputs**-0.5)
    return layer


def _guidance_branch() -> nn.Sequential:
    last = loud_conv(STEM_CHANNELS, STEM_CHANNELS)
    return nn.Sequential(nn.Conv2d(3, STEM_CHANNELS, 3, stride=2, padding=1), nn.ReLU(inplace=True), last)
