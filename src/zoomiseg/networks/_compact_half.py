"""A compact network that looks at half of the resolution, and draws its outline at all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor, cat, nn
from torch.nn.functional import avg_pool2d, interpolate

from ._blocks import conv_norm_relu
from ._click_attention import Places, clicked_places
from ._compact import DECODER_CHANNELS, STRIDE
from ._compact_attention import CompactAttention
from ._explained import Explained
from ._options import SkipOptions
from ._padding import cropped, padded, padded_image

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

    place_channels = CompactAttention.place_channels
    tuned_channels = CompactAttention.tuned_channels

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
        return self.answer(image, guidance, self.tissue(image))

    def tissue(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the padded image shrunk by two, and what the coarse network sees of it."""
        shrunk = avg_pool2d(padded_image(image, multiple=2 * STRIDE), 2)
        return shrunk, *self.coarse.tissue(shrunk)

    def answer(self, image: Tensor, guidance: Tensor, tissue: Sequence[Tensor]) -> Tensor:
        """Return (N, 1, H, W) logits; see `Splitting`."""
        shrunk, *seen = tissue
        whole_image, whole_guidance = padded(image, guidance, multiple=2 * STRIDE)
        features = self.coarse.answered(shrunk, avg_pool2d(whole_guidance, 2), self.coarse.as_seen(seen))
        return cropped(self._corrected(whole_image, features), image)

    def explained(
        self, image: Tensor, guidance: Tensor, memory: Places, tuning: Tensor | None = None
    ) -> Explained:
        """Return the logits and what they came from, at half of the resolution; see `Explaining`."""
        whole_image, shrunk, clicks = _halved(image, guidance)
        seen = self.coarse.seen(shrunk)
        features = self.coarse.answered(shrunk, clicks, seen, memory, tuning)
        logits = cropped(self._corrected(whole_image, features), image)
        return logits, features, *clicked_places(seen[2], clicks)

    def _corrected(self, image: Tensor, features: Tensor) -> Tensor:
        logits: Tensor = _enlarged(self.coarse.head(features))
        seen = cat([self.fine(image), _enlarged(self.narrow(features))], dim=1)
        correction: Tensor = self.correction(self.join(seen))
        return logits + correction


def _halved(image: Tensor, guidance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the padded image, and image and guidance at half of the resolution."""
    whole_image, whole_guidance = padded(image, guidance, multiple=2 * STRIDE)
    return whole_image, avg_pool2d(whole_image, 2), avg_pool2d(whole_guidance, 2)


def _enlarged(features: Tensor) -> Tensor:
    return interpolate(features, scale_factor=2.0, mode="bilinear")
