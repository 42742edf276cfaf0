"""Which of a network's layers need no click, for whoever keeps their output from click to click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Splitting(Protocol):
    """A network whose first layers depend on the tissue alone: `answer` of `tissue` is `forward`."""

    def tissue(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what `answer` needs of an image: to be kept, and large maps of it are in half precision.

        Args:
            image: (N, 3, H, W), as for `forward`.
        """
        ...

    def answer(self, guidance: Tensor, tissue: Sequence[Tensor]) -> Tensor:
        """Return (N, 1, H, W) logits.

        Args:
            guidance: (N, 3, H, W), as for `forward`.
            tissue: What `tissue` returned for the same image.
        """
        ...
