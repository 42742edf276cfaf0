"""How many microns a slide's pixel measures, from the caller, the file, or its objective."""

from __future__ import annotations

import math

from zoomiseg.errors import ScaleUnknown, SlideError
from zoomiseg.geometry import HIGH, LOW

from ._backend import Backend

MIN_MPP, MAX_MPP = 0.05, 10.0
_OBJECTIVE_TIMES_MPP = 10.0
_MAX_ASPECT = 2.0
_COARSER_BY = 1.03  # geometry's own tolerance: 0.51 µm per pixel is still "20x"
_HINT = "Add it, for example --mpp 0.25."


def slide_mpp(backend: Backend, *, name: str, given: float | None) -> tuple[tuple[float, float], list[str]]:
    """Return the µm per pixel (x, y) of level 0, and sentences of warning.

    Raises:
        ScaleUnknown: Neither the caller, nor the file's mpp, nor its objective gives it.
        SlideError: The caller's value is out of range.
    """
    mpp, warnings = _found(backend, name=name, given=given)
    for scale, word in ((HIGH, "high"), (LOW, "low")):
        if max(mpp) > scale.mpp * _COARSER_BY:
            warnings.append(
                f"{name} has {max(mpp):.3g} µm per pixel, coarser than the {word} scale "
                f"({scale.mpp:g} µm): it is enlarged, and detail that the network looks for is missing."
            )
    return mpp, warnings


def _found(backend: Backend, *, name: str, given: float | None) -> tuple[tuple[float, float], list[str]]:
    if given is not None:
        if not _plausible((given, given)):
            raise SlideError(
                f"{given:g} µm per pixel is no scale of a slide; give one from {MIN_MPP:g} to {MAX_MPP:g}."
            )
        return (given, given), []
    if backend.mpp is not None and _plausible(backend.mpp):
        return backend.mpp, []
    says = "does not say its microns per pixel"
    if backend.mpp is not None:
        says = f"claims {backend.mpp[0]:g} x {backend.mpp[1]:g} µm per pixel, which is no scale of a slide"
    objective = backend.objective
    if objective is None or not (math.isfinite(objective) and objective > 0):
        raise ScaleUnknown(f"{name} {says}.", hint=_HINT)
    mpp = _OBJECTIVE_TIMES_MPP / objective
    if not _plausible((mpp, mpp)):
        raise ScaleUnknown(f"{name} {says}, and its objective, {objective:g}x, does not tell it.", hint=_HINT)
    warning = f"{name} {says}; {mpp:g} is taken from its {objective:g}x objective."
    return (mpp, mpp), [warning]


def _plausible(mpp: tuple[float, float]) -> bool:
    in_range = all(math.isfinite(value) and MIN_MPP <= value <= MAX_MPP for value in mpp)
    return in_range and max(mpp) <= _MAX_ASPECT * min(mpp)
