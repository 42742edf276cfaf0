"""The paper's modified UCTransNet, at any base width and input size."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, relu

from ._blocks import InteractionStem, conv_norm_relu, double_conv
from ._fusion import PATCH_SIZE, CrossFusion
from ._options import SkipOptions
from ._padding import cropped, padded

NOMINAL_SIZE = 1024
_WIDTHS = (1, 2, 4, 8, 8)
_SECOND = 1


class ChannelGate(nn.Module):
    """Channel-wise cross attention: what comes up from below weighs the channels of a skip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.from_skip = nn.Linear(channels, channels)
        self.from_below = nn.Linear(channels, channels)

    def forward(self, skip: Tensor, below: Tensor) -> Tensor:
        """Return the skip (N, C, H, W) with its channels weighed and its negative values gone."""
        weight = (self.from_skip(skip.mean((2, 3))) + self.from_below(below.mean((2, 3)))) / 2
        return relu(skip * weight.sigmoid()[:, :, None, None])


class UpBlock(nn.Module):
    """Enlarge by two, join the gated skip if there is one, two convolutions."""

    def __init__(self, inputs: int, outputs: int, *, has_skip: bool) -> None:
        super().__init__()
        self.gate = ChannelGate(inputs) if has_skip else None
        self.convolve = double_conv(2 * inputs if has_skip else inputs, outputs, bias=True)

    def forward(self, deep: Tensor, skip: Tensor | None) -> Tensor:
        below = interpolate(deep, scale_factor=2.0, mode="nearest")
        if self.gate is not None:
            below = torch.cat([self.gate(skip, below), below], dim=1)
        convolved: Tensor = self.convolve(below)
        return convolved


class UCTransNet(nn.Module):
    """U-shaped network whose skips pass through a channel-wise cross fusion transformer.

    Without the guidance branch and with every skip it is the original, but returns logits.

    Args:
        options: What the two shallowest skips carry; a dropped skip takes no part in the fusion either.
        base: Channels of the full-resolution maps; the paper has 64.
        nominal_size: Input pixels along a side for which the fusion's positions are stored.
    """

    def __init__(self, options: SkipOptions, *, base: int, nominal_size: int = NOMINAL_SIZE) -> None:
        super().__init__()
        widths = [base * factor for factor in _WIDTHS]
        self.stem = InteractionStem(
            conv_norm_relu(3, base, bias=True), conv_norm_relu(3, base, bias=True), options=options
        )
        self.down = nn.ModuleList(double_conv(above, below, bias=True) for above, below in pairwise(widths))
        depths = range(len(widths) - 1)
        self.skip_depths = [depth for depth in depths if depth != _SECOND or not options.drop_second_skip]
        self.fusion = CrossFusion(
            [widths[depth] for depth in self.skip_depths],
            [PATCH_SIZE >> depth for depth in self.skip_depths],
            nominal_size=nominal_size,
        )
        self.up = nn.ModuleList(
            UpBlock(widths[depth], widths[max(depth - 1, 0)], has_skip=depth in self.skip_depths)
            for depth in reversed(depths)
        )
        self.head = nn.Conv2d(base, 1, 1)

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        features, shallow = self.stem(*padded(image, guidance, multiple=PATCH_SIZE))
        maps = [shallow]
        for block in self.down:
            features = block(max_pool2d(features, 2))
            maps.append(features)
        fused = self.fusion([maps[depth] for depth in self.skip_depths])
        skips = dict(zip(self.skip_depths, fused, strict=True))
        for depth, block in zip(reversed(range(len(self.up))), self.up, strict=True):
            features = block(features, skips.get(depth))
        return cropped(self.head(features), image)
