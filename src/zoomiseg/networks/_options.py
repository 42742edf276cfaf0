"""The choices about skip connections that every network of ours understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ShallowSkip = Literal["image", "fused"]


@dataclass(frozen=True, slots=True)
class SkipOptions:
    """Which features the two shallowest skips carry (docs/method.md, "Networks").

    Args:
        shallow_skip: "image" carries the map from before the guidance is added, so that no click
            information enters that skip; "fused" carries the sum.
        drop_second_skip: Remove the second shallowest skip.
    Raises:
        ValueError: Another word for `shallow_skip`.
    """

    shallow_skip: ShallowSkip = "image"
    drop_second_skip: bool = True

    def __post_init__(self) -> None:
        if self.shallow_skip not in ("image", "fused"):
            raise ValueError(f'shallow_skip is "image" or "fused", got {self.shallow_skip!r}.')
