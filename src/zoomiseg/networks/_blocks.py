"""The convolution blocks and the interaction stem that the networks share."""

from __future__ import annotations

from torch import Tensor, nn, zeros_like
from torch.nn.functional import pad

from ._options import SkipOptions

_HALF_MAX = 60000.0


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


def folded(block: nn.Sequential) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the convolution that a `conv_norm_relu` is in eval mode, before its ReLU."""
    convolution, norm = block[0], block[1]
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    before = zeros_like(norm.running_mean) if convolution.bias is None else convolution.bias
    bias = norm.bias + (before - norm.running_mean) * gain
    return convolution.weight * gain[:, None, None, None], bias


def enlarging(weight: Tensor) -> Tensor:
    """Return the transposed convolution that equals nearest enlargement by two and a 3x3 convolution.

    Each pixel of the enlarged map is one of four equal ones, so a 3x3 kernel meets only 2x2 different values:
    4 products instead of 9.

    Args:
        weight: (outputs, inputs, 3, 3) of the convolution, which pads by 1.
    Returns:
        (inputs, outputs, 4, 4), for a stride of 2 and a padding of 1.
    """
    turned = weight.flip(2, 3).transpose(0, 1)
    # The kernel of nearest enlargement is 2x2 ones; convolved with it the kernel grows by one.
    wider = pad(turned, (0, 1)) + pad(turned, (1, 0))
    return pad(wider, (0, 0, 0, 1)) + pad(wider, (0, 0, 1, 0))


def in_half(sums: Tensor) -> Tensor:
    """Return sums to be kept from click to click, in half precision; what that cannot hold is cut."""
    return sums.clamp(-_HALF_MAX, _HALF_MAX).half()


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
