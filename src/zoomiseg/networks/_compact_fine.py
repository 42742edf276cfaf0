"""A compact network that looks at one and a half times the resolution it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.nn.functional import interpolate

from ._click_attention import Places, clicked_places
from ._compact import STRIDE
from ._compact_attention import CompactAttention
from ._explained import Explained
from ._options import SkipOptions
from ._padding import cropped, padded_guidance, padded_image

_FACTOR = 1.5


class CompactFine(nn.Module):
    """Asks a `CompactAttention` about the patch enlarged by 1.5, and shrinks what it sees there.

    Glands of 2 µm per pixel are so small that an outline wrong by a pixel costs several percent of IoU;
    enlarged, it is found more exactly, with fewer clicks, though the image has no more detail
    (docs/experiments.md). A click's disk is enlarged too: draw it with a radius of 3.

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
        self.inner = CompactAttention(options, pretrained=pretrained)

    def pretrained_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what starts from ImageNet weights, for a training that moves them more slowly."""
        yield from self.inner.pretrained_parameters()

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            image: (N, 3, H, W) RGB, normalised with ImageNet mean and deviation.
            guidance: (N, 3, H, W) in [0, 1]: positive clicks, negative clicks, mask input.
        """
        return self.answer(guidance, self.tissue(image))

    def tissue(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what the inner network sees of the padded image enlarged."""
        return self.inner.tissue(_enlarged_image(padded_image(image, multiple=2 * STRIDE)))

    def answer(self, guidance: Tensor, tissue: Sequence[Tensor]) -> Tensor:
        """Return (N, 1, H, W) logits; see `Splitting`."""
        clicks = _enlarged(padded_guidance(guidance, multiple=2 * STRIDE))
        features = self.inner.answered(clicks, self.inner.as_seen(tissue))
        return cropped(self.inner.head(_shrunk(features)), guidance)

    def explained(
        self, guidance: Tensor, tissue: Sequence[Tensor], memory: Places, tuning: Tensor | None = None
    ) -> Explained:
        """Return the logits and what they came from; see `Explaining`."""
        clicks, seen = _enlarged(padded_guidance(guidance, multiple=2 * STRIDE)), self.inner.as_seen(tissue)
        features = _shrunk(self.inner.answered(clicks, seen, memory, tuning))
        return cropped(self.inner.head(features), guidance), features, *clicked_places(seen.third, clicks)


def _enlarged_image(image: Tensor) -> Tensor:
    return interpolate(image, scale_factor=_FACTOR, mode="bicubic")


def _enlarged(guidance: Tensor) -> Tensor:
    return interpolate(guidance, scale_factor=_FACTOR, mode="bilinear")


def _shrunk(features: Tensor) -> Tensor:
    return interpolate(features, scale_factor=1 / _FACTOR, mode="bilinear")
