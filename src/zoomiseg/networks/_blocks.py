"""The convolution blocks and the interaction stem that the networks share."""

from __future__ import annotations

from torch import Tensor, nn

from ._options import SkipOptions


def conv_norm_relu(inputs: int, outputs: int, *, kernel: int = 3, bias: bool = False) -> nn.Sequential:
    """Return a convolution that keeps the size, batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def double_conv(inputs: int, outputs: int, *, bias: bool = False) -> nn.Sequential:
    """Return two 3x3 convolutions, each with norm and ReLU."""
    return nn.Sequential(
        conv_norm_relu(inputs, outputs, bias=bias), conv_norm_relu(outputs, outputs, bias=bias)
    )


class InteractionStem(nn.Module):
    """Brings image and guidance together by addition, each after a branch of its own.

    Args:
        image_branch: (N, 3, H, W) to (N, C, h, w).
        guidance_branch: The same shapes.
        options: Says what the shallowest skip carries.
    """

    def __init__(self, image_branch: nn.Module, guidance_branch: nn.Module, *, options: SkipOptions) -> None:
        super().__init__()
        self.image_branch = image_branch
        self.guidance_branch = guidance_branch
        self.skips_image = options.shallow_skip == "image"

    def forward(self, image: Tensor, guidance: Tensor) -> tuple[Tensor, Tensor]:
        """Return (what goes down the encoder, what the shallowest skip carries)."""
        image_map = self.image_branch(image)
        fused = image_map + self.guidance_branch(guidance)
        return fused, image_map if self.skips_image else fused
