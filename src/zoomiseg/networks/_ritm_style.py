"""What ours is held against: the compact network's blocks, with clicks put in and skips left as in RITM."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, cat, nn

from zoomiseg.errors import WeightsError

from ._blocks import conv_norm_relu
from ._compact import IMAGE_CHANNELS, STRIDE, CompactBase
from ._lite0 import STEM_CHANNELS, SameConv, lite0_stem, load_imagenet_weights
from ._options import SkipOptions
from ._padding import cropped, padded

_COLOURS, _GUIDANCE = 3, 3


class RitmStyle(CompactBase):
    """Guidance is concatenated to the image before the first convolution; every skip carries what is there.

    After Sofiiuk et al. 2021 (RITM, its Conv1E: a first layer with more input channels). Encoder, decoder and
    widths are those of CompactLite0, so that the two differ in how clicks go in and in what the skips carry.

    Args:
        options: Must be plain skips: `fused`, and the second one kept.
        pretrained: Start the encoder from ImageNet weights; those for the guidance are new.
    Raises:
        WeightsError: Other options.
        MissingExtra: `pretrained` without the package that carries the weights.
    """

    def __init__(self, options: SkipOptions, *, pretrained: bool = False) -> None:
        if options != SkipOptions("fused", drop_second_skip=False):
            raise WeightsError(
                "The network ritm-style has plain skips only.",
                hint='Say so in its recipe: shallow_skip = "fused" and drop_second_skip = false.',
            )
        super().__init__(options)
        colours = lite0_stem()
        if pretrained:
            load_imagenet_weights(colours, self.body)
        self.stem = _with_guidance(colours)
        # In the place of the guidance-free one: the shallowest skip carries the clicks too.
        self.image_branch = conv_norm_relu(_COLOURS + _GUIDANCE, IMAGE_CHANNELS)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what starts from ImageNet weights, for a training that moves them more slowly.

        The first convolution is not among them: half of its weights are new.
        """
        yield from self.stem[1].parameters()
        yield from self.body.parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        together = cat(padded(image, guidance, multiple=STRIDE), dim=1)
        shallow = self.stem(together)
        _, *kept = self.body(shallow)
        features = self.decoded(kept[-1], self.skips(together, shallow, kept))
        return cropped(self.head(features), image)


def _with_guidance(stem: nn.Sequential) -> nn.Sequential:
    """Return a stem that takes the guidance too; without guidance it does what the given one does.

    A click's disk moves a channel about as much as the image does. Weights of the usual size were drowned, as
    in the compact network, by channels that ImageNet made loud.
    """
    of_image, normed, activation = stem
    assert isinstance(of_image, SameConv)
    assert isinstance(normed, nn.BatchNorm2d)
    assert normed.running_var is not None
    convolution = SameConv(
        _COLOURS + _GUIDANCE, STEM_CHANNELS, of_image.kernel_size[0], stride=of_image.stride[0]
    )
    # Inside a disk a kernel's weights are summed, and so their deviation grows with the root of their number.
    usual = (normed.running_var + normed.eps).sqrt() / of_image.kernel_size[0]
    with torch.no_grad():
        drawn = usual[:, None, None, None] * torch.randn_like(of_image.weight)
        convolution.weight.copy_(cat([of_image.weight, drawn], dim=1))
    return nn.Sequential(convolution, normed, activation)
