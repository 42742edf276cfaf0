"""What a session is, beside its slide, weights and clicks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

from zoomiseg.adapt import Adaptation, adaptation
from zoomiseg.errors import SessionError
from zoomiseg.geometry import PATCH_SIZE

Seam = Literal["feather", "hard"]


@dataclass(frozen=True, kw_only=True)
class SessionOptions:
    """How canvases are laid out and composed; part of a session from its first day.

    Args:
        low_stride: Low pixels from one low patch to the next. From 1024 on, patches do not overlap and the
            last ones reach past the slide's edge (`evaluate`); below, the last ones are moved inside.
        seam: "feather" blends a high patch into what lies under it, "hard" pastes it.
        seam_px: Width of the feather in high pixels.
        high_margin_px: A high click this close to a patch's border, in high pixels, opens another patch.
        l2h: The first high click starts from the low probability; otherwise from nothing.
        share_high_clicks: A high patch sees the high clicks inside it that other patches were given, so that
            one laid over another obeys what was clicked there. The paper's simulation does not.
        carry_low_clicks: The low clicks inside a high patch are given to the high network too.
        adapt: What the networks learn from the slide and its clicks, as `zoomiseg.adapt.adaptation` takes it.
    Raises:
        SessionError: A value that makes no sense.
        AdaptationError: `adapt` is no adaptation's name.
    """

    low_stride: int = 768
    seam: Seam = "feather"
    seam_px: int = 64
    high_margin_px: int = 64
    l2h: bool = True
    share_high_clicks: bool = True
    carry_low_clicks: bool = False
    adapt: str = "off"

    def __post_init__(self) -> None:
        if not PATCH_SIZE // 2 <= self.low_stride <= PATCH_SIZE:
            raise SessionError(f"low_stride must lie between 512 and 1024, got {self.low_stride}.")
        if self.seam not in get_args(Seam):
            raise SessionError(f"seam must be 'feather' or 'hard', got {self.seam!r}.")
        if not 0 < self.seam_px <= PATCH_SIZE // 2:
            raise SessionError(f"seam_px must lie between 1 and 512, got {self.seam_px}.")
        if not 0 <= self.high_margin_px < PATCH_SIZE // 2:
            raise SessionError(f"high_margin_px must lie between 0 and 511, got {self.high_margin_px}.")

        adaptation(self.adapt)

    @property
    def adaptation(self) -> Adaptation:
        """What `adapt` names."""
        return adaptation(self.adapt)

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> SessionOptions:
        """Return the options that `to_json` gave.

        Raises:
            SessionError: An option that this version does not know, or a value of the wrong type.
        """
        known = {field.name: type(field.default) for field in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise SessionError(
                    f"The session uses the option {name!r}, which this version does not know.",
                    hint="Open it with a newer ZoomISEG.",
                )
            if type(value) is not known[name]:
                raise SessionError(f"The session's option {name!r} has the value {value!r}.")
        return cls(**dict(values))  # type: ignore[arg-type]  # checked one by one above
