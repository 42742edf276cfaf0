"""Sizes on glass: areas, and the round lengths of scale bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry

UM2_PER_MM2 = 1_000_000


def mask_area_mm2(pixel_count: int, mpp_xy: tuple[float, float]) -> float:
    """Return the area of so many pixels of `mpp_xy` (x, y) µm, in mm²."""
    return pixel_count * mpp_xy[0] * mpp_xy[1] / UM2_PER_MM2


def area_measurements(
    regions: Sequence[BaseGeometry], *, slide_mpp: tuple[float, float]
) -> list[dict[str, float]]:
    """Return each region's area under the name that QuPath gives it.

    Args:
        regions: In slide pixels (level 0).
        slide_mpp: What a level-0 pixel measures, in µm, (x, y).
    """
    return [{"Area µm^2": round(region.area * slide_mpp[0] * slide_mpp[1], 2)} for region in regions]


def round_length(at_most: float) -> float:
    """Return the largest length of the form 1, 2 or 5 times a power of ten that is not above `at_most`.

    Args:
        at_most: A positive length, in any unit.
    """
    exponent = math.floor(math.log10(at_most))
    # 10 ** log10(1000) may come out a hair above 1000.
    lengths = (digit * 10.0**power for power in (exponent - 1, exponent, exponent + 1) for digit in (1, 2, 5))
    return max(length for length in lengths if length <= at_most * (1 + 1e-9))


def length_label(length_um: float) -> str:
    """Return a length with its unit, µm below 1000 and mm from there: "200 µm", "2 mm"."""
    return f"{length_um:g} µm" if length_um < 1000 else f"{length_um / 1000:g} mm"
