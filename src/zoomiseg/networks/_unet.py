"""The paper's modified U-Net, at any base width."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, cat, nn
from torch.nn.functional import max_pool2d

from ._blocks import InteractionStem, double_conv
from ._options import SkipOptions
from ._padding import cropped, padded

POOLINGS = 4


class UNet(nn.Module):
    """Channels base, 2, 4, 8, 16 x base; double convolutions; transposed convolutions upwards.

    Without the guidance branch and with every skip it is the classic U-Net.

    Args:
        options: What the two shallowest skips carry.
        base: Channels of the full-resolution maps; the paper has 64.
    """

    def __init__(self, options: SkipOptions, *, base: int) -> None:
        super().__init__()
        widths = [base * 2**depth for depth in range(POOLINGS + 1)]
        self.drop_second_skip = options.drop_second_skip
        self.stem = InteractionStem(double_conv(3, base), double_conv(3, base), options=options)
        self.down = nn.ModuleList(double_conv(above, below) for above, below in pairwise(widths))
        self.enlarge = nn.ModuleList(
            nn.ConvTranspose2d(width, width // 2, 2, stride=2) for width in reversed(widths[1:])
        )
        dropped = widths[1] if options.drop_second_skip else None
        self.up = nn.ModuleList(
            double_conv(width if width == dropped else 2 * width, width) for width in reversed(widths[:-1])
        )
        self.head = nn.Conv2d(base, 1, 1)

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        features, shallow = self.stem(*padded(image, guidance, multiple=2**POOLINGS))
        skips: list[Tensor | None] = [shallow]
        for block in self.down:
            features = block(max_pool2d(features, 2))
            skips.append(features)
        skips.pop()
        if self.drop_second_skip:
            skips[1] = None
        for enlarge, block, skip in zip(self.enlarge, self.up, reversed(skips), strict=True):
            features = enlarge(features)
            features = block(features if skip is None else cat([skip, features], dim=1))
        return cropped(self.head(features), image)
