"""The classes of tissue that a generated slide knows of each of its pixels."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a pixel of a generated slide is part of; the truth of the slide is TUMOUR."""

    GLASS = 0
    STROMA = 1
    TUMOUR = 2
    GLAND = 3
    LYMPHOID = 4
    NECROSIS = 5
    FAT = 6
    VESSEL = 7
    MUSCLE = 8
