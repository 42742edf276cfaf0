"""The thresholds of the zoom simulation, and how its text is read (docs/method.md, "Zoom simulation")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

FirstLook = Literal["shown", "given"]


@dataclass(frozen=True, kw_only=True)
class ZoomRules:
    """When the simulated user stops and when it zooms.

    Args:
        d_min_px: Two low clicks nearer than this, in low pixels, make it zoom whatever the quality.
        d_thr_px: Two low clicks nearer than this make it zoom where the quality is above `q_thr`.
        q_thr: IoU of the low patch.
        q_max: IoU at which a patch of either scale is finished.
        noc_max: Clicks in a patch of either scale at most; undoing one counts as well.
        literal: The algorithm as it is printed: nothing is settled and nothing stops at `q_max`.
        first_look: What the first click of a high patch answers: the mask that is shown there, or the one
            that the network is given, which is the low mask alone, or nothing.
    Raises:
        ValueError: A value that makes no sense.
    """

    d_min_px: float = 50.0
    d_thr_px: float = 250.0
    q_thr: float = 0.85
    q_max: float = 0.95
    noc_max: int = 20
    literal: bool = False
    first_look: FirstLook = "shown"

    def __post_init__(self) -> None:
        if not (0 <= self.q_thr <= 1 and 0 < self.q_max <= 1):
            raise ValueError(f"IoUs lie between 0 and 1, got q_thr {self.q_thr:g} and q_max {self.q_max:g}.")
        if not 0 <= self.d_min_px <= self.d_thr_px:
            raise ValueError(
                f"d_min must lie between 0 and d_thr, got {self.d_min_px:g} and {self.d_thr_px:g}."
            )
        if self.noc_max < 1:
            raise ValueError(f"A patch needs at least one click, got noc_max {self.noc_max}.")
        if self.first_look not in get_args(FirstLook):
            raise ValueError(f"first_look is 'shown' or 'given', got {self.first_look!r}.")

    def finished(self, quality: float) -> bool:
        """Say whether a patch of this IoU needs no further click."""
        return not self.literal and quality >= self.q_max

    def zooms(self, distance_px: float, quality: float) -> bool:
        """Say whether to zoom where two low clicks are this near and the low patch is this good."""
        too_good = quality >= self.q_max
        refining = distance_px < self.d_thr_px and quality > self.q_thr and not too_good
        return refining or (distance_px < self.d_min_px and (self.literal or not too_good))
