"""Growth patterns: the ways a tumour can lie in its stroma, and how much of everything else is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoomiseg.errors import ZoomisegError


@dataclass(frozen=True, kw_only=True)
class Style:
    """One growth pattern. Sizes are in pixels of 0.5 µm.

    Args:
        bulk: Share of the tissue that the tumour's territory takes, its stroma included.
        nests: Share of the territory that is solid nests.
        nest_width_px: Wavelength of the nests across their length.
        nest_stretch: Length of a nest over its width.
        glands: Number of tumour glands for each million pixels of territory.
        strands: Number of strands for each million pixels, in the territory and before its front.
        strand_cells: Mean number of cells along a strand.
        singles: Number of single tumour cells for each million pixels there.
        reach_px: How far strands and single cells go beyond the front.
        spacing_px: Distance of neighbouring tumour cells.
        nucleus_um: Mean diameter of the tumour's nuclei.
        pale: Mean haematoxylin of the tumour's nuclei; lower is more vesicular.
        necrosis: Share of the territory that has died.
        lymphocytes: Share of the tissue beside the front that is lymphoid aggregates.
        lobules: Share of the remaining tissue that is normal glands or ducts.
        fat: Share of the remaining tissue that is fat.
        muscle: Share of the remaining tissue that is smooth muscle.
    """

    bulk: float = 0.36
    nests: float = 0.5
    nest_width_px: float = 200.0
    nest_stretch: float = 1.7
    glands: float = 0.0
    strands: float = 14.0
    strand_cells: float = 7.0
    singles: float = 40.0
    reach_px: float = 500.0
    spacing_px: float = 27.0
    nucleus_um: float = 9.6
    pale: float = 0.95
    necrosis: float = 0.03
    lymphocytes: float = 0.27
    lobules: float = 0.22
    fat: float = 0.12
    muscle: float = 0.08


STYLES: Mapping[str, Style] = {
    "nests": Style(),
    "glands": Style(
        nests=0.08, nest_width_px=110, glands=26, strands=45, singles=130, spacing_px=22, nucleus_um=8.8,
        pale=1.05, fat=0.06, muscle=0.14,
    ),
    "strands": Style(
        nests=0.4, nest_width_px=72, nest_stretch=4.5, strands=40, strand_cells=9, singles=50,
        spacing_px=22, nucleus_um=8.6, pale=1.15, bulk=0.36,
    ),
    "single-file": Style(
        nests=0.1, nest_width_px=70, nest_stretch=3.0, strands=95, strand_cells=8, singles=140,
        reach_px=700, spacing_px=21, nucleus_um=8.2, pale=1.0, bulk=0.42, fat=0.16, necrosis=0.0,
    ),
    "sheets": Style(
        nests=0.66, nest_width_px=170, nest_stretch=1.4, strands=30, singles=130, spacing_px=29,
        nucleus_um=10.6, pale=0.8, necrosis=0.12, lymphocytes=0.36, bulk=0.21,
    ),
}  # fmt: skip


def style_names() -> tuple[str, ...]:
    """Return the names of the growth patterns."""
    return tuple(STYLES)


def style_called(name: str) -> Style:
    """Return a growth pattern.

    Raises:
        ZoomisegError: There is none of this name.
    """
    if name not in STYLES:
        raise ZoomisegError(f"There is no style {name!r}.", hint=f"Known are: {', '.join(STYLES)}.")
    return STYLES[name]
