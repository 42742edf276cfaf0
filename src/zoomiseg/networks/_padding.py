"""Padding to the size that poolings need, so that a network takes any input."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import pad


def padded(image: Tensor, guidance: Tensor, *, multiple: int) -> tuple[Tensor, Tensor]:
    """Return both (N, C, H, W) tensors grown right and down to a multiple of `multiple` pixels.

    The image repeats its last row and column, which opens no edge; the guidance says nothing (0) there.
    """
    return padded_image(image, multiple=multiple), padded_guidance(guidance, multiple=multiple)


def padded_image(image: Tensor, *, multiple: int) -> Tensor:
    """Return an image as `padded` does."""
    return pad(image, _amounts(image, multiple), mode="replicate")


def padded_guidance(guidance: Tensor, *, multiple: int) -> Tensor:
    """Return guidance as `padded` does."""
    return pad(guidance, _amounts(guidance, multiple))


def cropped(logits: Tensor, image: Tensor) -> Tensor:
    """Return `logits` (N, 1, H', W') cut back to the height and width of `image`."""
    return logits[..., : image.shape[-2], : image.shape[-1]]


def _amounts(image: Tensor, multiple: int) -> list[int]:
    # Always padded, even by 0: a branch on the size could not be traced.
    height, width = image.shape[-2:]
    return [0, -width % multiple, 0, -height % multiple]
