"""The one check that a mask can lie on its slide: both must have the same aspect."""

from __future__ import annotations

from pathlib import Path

from zoomiseg.errors import ManifestError

_TOLERANCE = 0.01

Size = tuple[int, int]


def require_same_aspect(mask: Path, mask_size: Size, slide: Path, slide_size: Size) -> None:
    """Refuse a mask whose aspect differs from the slide's by over 1%.

    Args:
        mask: Named in the error.
        mask_size: (width, height) in pixels.
        slide: Named in the error.
        slide_size: (width, height) in pixels.
    Raises:
        ManifestError: Names both sizes.
    """
    aspect = (mask_size[0] / mask_size[1]) / (slide_size[0] / slide_size[1])
    if abs(aspect - 1) > _TOLERANCE:
        raise ManifestError(
            f"{mask} is {mask_size[0]} x {mask_size[1]} and "
            f"{slide.name} is {slide_size[0]} x {slide_size[1]}: "
            "the mask must have the slide's aspect within 1%."
        )
