"""A compact network that looks at half of the resolution, and draws its outline at all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor, cat, nn, relu
from torch.nn.functional import avg_pool2d, conv2d, interpolate

from ._blocks import conv_norm_relu, folded, in_half
from ._click_attention import Places, clicked_places
from ._compact import DECODER_CHANNELS, STRIDE
from ._compact_attention import CompactAttention
from ._explained import Explained
from ._options import SkipOptions
from ._padding import cropped, padded_guidance, padded_image

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
        return self.answer(guidance, self.tissue(image))

    def tissue(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what joins the correction, and what is seen of the padded image shrunk by two."""
        whole = padded_image(image, multiple=2 * STRIDE)
        return self._fine(whole), *self.coarse.tissue(avg_pool2d(whole, 2))

    def answer(self, guidance: Tensor, tissue: Sequence[Tensor]) -> Tensor:
        """Return (N, 1, H, W) logits; see `Splitting`."""
        fine, *seen = tissue
        clicks = avg_pool2d(padded_guidance(guidance, multiple=2 * STRIDE), 2)
        features = self.coarse.answered(clicks, self.coarse.as_seen(seen))
        return cropped(self._corrected(fine, features), guidance)

    def explained(
        self, guidance: Tensor, tissue: Sequence[Tensor], memory: Places, tuning: Tensor | None = None
    ) -> Explained:
        """Return the logits and what they came from, at half of the resolution; see `Explaining`."""
        fine, *coarse = tissue
        clicks = avg_pool2d(padded_guidance(guidance, multiple=2 * STRIDE), 2)
        seen = self.coarse.as_seen(coarse)
        features = self.coarse.answered(clicks, seen, memory, tuning)
        logits = cropped(self._corrected(fine, features), guidance)
        return logits, features, *clicked_places(seen.third, clicks)

    def _fine(self, image: Tensor) -> Tensor:
        """Return the pixels' channels, and outside of training their share in `join` instead."""
        fine: Tensor = self.fine(image)
        if self.training:
            return fine
        weight, bias = folded(self.join)
        return in_half(conv2d(fine, weight[:, :_FINE_CHANNELS], bias, padding=1))

    def _corrected(self, fine: Tensor, features: Tensor) -> Tensor:
        logits: Tensor = _enlarged(self.coarse.head(features))
        narrow = _enlarged(self.narrow(features))
        if self.training:
            joined: Tensor = self.join(cat([fine, narrow], dim=1))
        else:
            weight, _ = folded(self.join)
            joined = relu(conv2d(narrow, weight[:, _FINE_CHANNELS:], padding=1) + fine.float())
        correction: Tensor = self.correction(joined)
        return logits + correction


def _enlarged(features: Tensor) -> Tensor:
    return interpolate(features, scale_factor=2.0, mode="bilinear")
