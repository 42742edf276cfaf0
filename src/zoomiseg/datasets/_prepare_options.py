"""What decides which patches are prepared, and for which split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR

Split = Literal["train", "val"]
SplitBy = Literal["patient", "slide", "patch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareOptions:
    """Everything but the manifest that the prepared patches depend on; the defaults are the paper's.

    Args:
        stride: Grid pixels from one patch to the next; 1024 lets none overlap but those at the far edges.
        low_tumour: Smallest and largest share of tumour in a low patch; without any it is never taken.
        high_tumour: The same for high patches.
        split_by: What falls into one split as a whole. The paper's is by patch, which leaks.
        val_share: Share that is drawn for validation, where the manifest says nothing.
        seed: Of that draw.
        mpp: µm per level-0 pixel of slides whose row says nothing; None: what their file says.
    Raises:
        ValueError: A value out of range.
    """

    stride: int = PATCH_SIZE
    low_tumour: tuple[float, float] = (0.0, 1.0)
    high_tumour: tuple[float, float] = (0.1, 0.9)
    split_by: SplitBy = "patient"
    val_share: float = 0.1
    seed: int = 0
    mpp: float | None = None

    def __post_init__(self) -> None:
        if not (0 < self.stride <= PATCH_SIZE) or self.stride % SCALE_FACTOR:
            raise ValueError(
                f"The stride must be a multiple of {SCALE_FACTOR} up to {PATCH_SIZE}, got {self.stride}."
            )
        for least, most in (self.low_tumour, self.high_tumour):
            if not 0 <= least <= most <= 1:
                raise ValueError(f"Shares of tumour must rise within 0 to 1, got {least:g} and {most:g}.")
        if not 0 <= self.val_share <= 0.5:
            raise ValueError(f"The share for validation must be from 0 to 0.5, got {self.val_share:g}.")
        if self.seed < 0:
            raise ValueError(f"The seed must not be negative, got {self.seed}.")
