"""A compact network that looks at half of the resolution, and draws its outline at all of it."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, cat, nn
from torch.nn.functional import avg_pool2d, interpolate

from ._blocks import conv_norm_relu
from ._compact import DECODER_CHANNELS, STRIDE
from ._compact_attention import CompactAttention
from ._options import SkipOptions
from ._padding import cropped, padded

_FINE_CHANNELS = 8


class CompactHalf(nn.Module):
    """Asks a `CompactAttention` about the patch shrunk by two, and corrects what it says by the pixels.

    At 0.5 µm per pixel the encoder sees cells where it would have to see glands: shrunk, it sees twice as
    far, and a click costs a quarter. The correction is zero before training.

    Args:
        options: See `CompactAttention`.
        pretrained: Start the encoder from ImageNet weights.
    Raises:
        MissingExtra: `pretrained` without the package that carries the weights.
    """

    def __init__(self, options: SkipOptions, *, pretrained: bool = False) -> None:
        super().__init__()
        self.coarse = CompactAttention(options, pretrained=pretrained)
        self.narrow = nn.Conv2d(DECODER_CHANNELS[-1], _FINE_CHANNELS, 1)
        self.fine = conv_norm_relu(3, _FINE_CHANNELS)
        self.join = conv_norm_relu(2 * _FINE_CHANNELS, _FINE_CHANNELS)
        self.correction = nn.Conv2d(_FINE_CHANNELS, 1, 1)
        for parameter in self.correction.parameters():
            nn.init.zeros_(parameter)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what starts from ImageNet weights, for a training that moves them more slowly."""
        yield from self.coarse.pretrained_parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        whole_image, whole_guidance = padded(image, guidance, multiple=2 * STRIDE)
        features = self.coarse.answered(avg_pool2d(whole_image, 2), avg_pool2d(whole_guidance, 2))
        logits = _enlarged(self.coarse.head(features))
        seen = cat([self.fine(whole_image), _enlarged(self.narrow(features))], dim=1)
        return cropped(logits + self.correction(self.join(seen)), image)


def _enlarged(features: Tensor) -> Tensor:
    return interpolate(features, scale_factor=2.0, mode="bilinear")
