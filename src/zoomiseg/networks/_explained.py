"""What a network shows of how it came to its answer, for whoever adapts it to a slide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from torch import Tensor

from ._click_attention import Places
from ._splitting import Splitting

Explained: TypeAlias = tuple[Tensor, Tensor, Tensor, Tensor]
"""Logits (N, 1, H, W); what the last layers make them of, (N, C, h, w) of the padded input or of half of it;
the clicked places, (N, 2, C', 64) and (N, 2, 64)."""


@runtime_checkable
class Explaining(Splitting, Protocol):
    """A network that can be adapted to a slide."""

    place_channels: int
    """C' of the clicked places."""
    tuned_channels: int
    """Maps that clicks alone make, and that can be tuned."""

    def explained(
        self, guidance: Tensor, tissue: Sequence[Tensor], memory: Places, tuning: Tensor | None = None
    ) -> Explained:
        """Return the logits of `forward`, were the places of `memory` clicked too, and what they came from.

        Args:
            guidance: (N, 3, H, W), as for `forward`.
            tissue: What `tissue` returned for the image.
            memory: Clicked places of other patches; places that count for 0 clicks change nothing.
            tuning: (2, `tuned_channels`), what is added to the gain and to the shift of each map that the
                clicks make; zeros change nothing.
        """
        ...
