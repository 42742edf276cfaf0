"""Patches and pieces of a folder that `zoomiseg prepare` filled, as parts to learn from; read when needed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zoomiseg.datasets import PatchStore, StoredPair
from zoomiseg.geometry import HIGH, LOW, Box

from ._stored import GENERATED, ImageArray, ValueArray

_AT_SCALE = 0.03
"""What is this near to the scale is taken as being at it, as the slide's grids were."""
_MARKED = 255


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """A pair of a store. It has the attributes of `Stored`; nothing is known of its glass.

    Args:
        store: Where its bytes are.
        number: Its place there.
        target: The value of what is marked.
        bright: Not known.
        quiet: Not known.
    """

    store: PatchStore
    number: int
    target: int = field(default=_MARKED, init=False)
    bright: float = field(default=0.0, init=False)
    quiet: Box | None = field(default=None, init=False)

    @property
    def pair(self) -> StoredPair:
        """What the index says of it."""
        return self.store[self.number]

    @property
    def kind(self) -> str:
        """The manifest's kind; a patch of a generated slide is no generated part: its tissues are lost."""
        return "patch" if self.pair.kind == GENERATED else self.pair.kind

    @property
    def marked(self) -> float:
        """Share of pixels that are target."""
        return self.pair.tumour

    @property
    def mpp(self) -> float:
        """µm per pixel."""
        nominal = (LOW if self.pair.scale == "low" else HIGH).mpp
        return nominal if abs(self.pair.mpp / nominal - 1) <= _AT_SCALE else self.pair.mpp

    def decoded(self) -> tuple[ImageArray, ValueArray]:
        """Return (H, W, 3) uint8 RGB and (H, W) uint8, 255 where it is target.

        Raises:
            ManifestError: The shard is damaged there.
        """
        image, mask = self.store.read(self.number)
        return image, np.where(mask, np.uint8(_MARKED), np.uint8(0))
