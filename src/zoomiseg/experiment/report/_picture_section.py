"""The sections that remake the paper's Figures 1, 3 and 4 on the evaluated slides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..evaluation import ROW_NAMES
from ._blocks import Block, Gallery, Heading, Legend, Panel, Paragraph
from ._case import Case, RowPictures
from ._choice import RULE, Chosen, ordering_row
from ._panels import MASK, MISSED, NEGATIVE, POSITIVE, RIGHT, TRUTH, WRONGLY
from ._paper import NOT_HERE
from ._pictures import CLICK_LOSS_ROWS, DETAIL_RULE, SEAM_ROWS


def _css(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}"


OVERLAY_LEGEND = Legend(
    (
        (_css(MASK), "mask"),
        (_css(TRUTH), "outline of the truth"),
        (_css(POSITIVE), "plus: click on tumour"),
        (_css(NEGATIVE), "minus: click on background"),
    )
)
ERROR_LEGEND = Legend(
    (
        (_css(RIGHT), "right"),
        (_css(MISSED), "missed (false negative)"),
        (_css(WRONGLY), "wrongly marked (false positive)"),
        ("#000", "frame: seam of high-only"),
    )
)


def of_pictures(cases: Sequence[Case], chosen: Sequence[Chosen], figures: Mapping[str, Any]) -> list[Block]:
    """Return the sections.

    Args:
        cases: The patches whose pictures there are.
        chosen: Those that the rule chooses.
        figures: Their rows are those to be shown.
    """
    left_out = len(chosen) - len(cases)
    blocks: list[Block] = [
        Heading(2, "Pictures"),
        Paragraph(RULE.format(row=ordering_row(figures)) + " " + DETAIL_RULE),
    ]
    if left_out:
        blocks.append(
            Paragraph(
                f"Of {len(chosen)} chosen patches {left_out} are not shown: pictures are made from the "
                "slides when evaluate ends, and there are none of these."
            )
        )
    if cases:
        names = [row["name"] for row in figures["rows"]]
        blocks += [*_figure_1(cases, names), *_figure_3(cases, names), *_figure_4(cases, names)]
    return blocks


def _figure_1(cases: Sequence[Case], names: Sequence[str]) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "Masks of every row (the paper's Figure 1)"),
        Paragraph(f"{NOT_HERE} {_not_run(names)}"),
        OVERLAY_LEGEND,
    ]
    for case in cases:
        rows = case.rows.items()
        low = [Panel(case.image, "image and truth")]
        low += [Panel(row.overlay, name, _figures(row)) for name, row in rows]
        close = [Panel(case.image_detail, "detail and truth")]
        close += [Panel(row.overlay_detail, name) for name, row in rows]
        where = f"{case.detail_um:.0f} µm wide, as the high scale shows it"
        blocks += [
            Heading(3, _title(case)),
            *_without_masks(case, names),
            Gallery(low, "The low patch"),
            Gallery(close, f"The detail, {where}"),
        ]
    return blocks


def _figure_3(cases: Sequence[Case], names: Sequence[str]) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Probability without and with click loss (the paper's Figure 3)")]
    if not set(CLICK_LOSS_ROWS) <= set(names):
        return [
            *blocks,
            Paragraph(
                "Left out: it needs the rows zoomiseg and without-click-loss, the latter from networks that "
                "were trained without click loss (option --without-click-loss)."
            ),
        ]
    blocks.append(
        Paragraph(
            "The low network's probability at the end of the row, dark blue 0, yellow 1. Each row has its "
            "own clicks: the simulated user answers the errors that it sees."
        )
    )
    for case in cases:
        panels = []
        for name in CLICK_LOSS_ROWS:
            row = case.rows.get(name)
            if row and row.probability:
                title = "with click loss" if name == "zoomiseg" else "without click loss"
                panels += [Panel(row.overlay, title, _figures(row)), Panel(row.probability, "probability")]
        blocks.append(
            Gallery(panels, _title(case)) if panels else Paragraph(f"{_title(case)}: no masks kept.")
        )
    return blocks


def _figure_4(cases: Sequence[Case], names: Sequence[str]) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "Errors and seams (the paper's Figure 4)"),
        Paragraph(
            "What is wrong in the patches of Figure 1. Frames mark where the mask of high-only is torn at "
            "the border of two high patches: along at least 32 high pixels it differs on both sides while "
            "the truth does not."
        ),
        ERROR_LEGEND,
    ]
    for case in cases:
        rows = case.rows.items()
        blocks += [
            Heading(3, _title(case)),
            Gallery([Panel(row.error, name, _figures(row)) for name, row in rows], "The low patch"),
            Gallery([Panel(row.error_detail, name) for name, row in rows], "The detail"),
            Paragraph(_seams(case)),
        ]
        torn = [Panel(case.rows[name].seam or "", name) for name in SEAM_ROWS if _seam(case, name)]
        if torn:
            blocks.append(Gallery(torn, "The longest seam of high-only, and the same place in other rows"))
    return blocks


def _seam(case: Case, name: str) -> str | None:
    return case.rows[name].seam if name in case.rows else None


def _seams(case: Case) -> str:
    if case.seams is None:
        return "Seams: high-only has no kept mask here."
    count, length_um = case.seams
    if not count:
        return "Seams: high-only is torn nowhere in this patch."
    places = "in 1 place" if count == 1 else f"in {count} places"
    return f"Seams: high-only is torn {places}, {length_um:.0f} µm together."


def _title(case: Case) -> str:
    chosen = case.chosen
    kind = f"{chosen.kind}, " if chosen.kind else ""
    role = "only patch" if chosen.role == "only" else f"{chosen.role} patch"
    return f"{kind}{role}: {chosen.slide}, low patch {chosen.cell}"


def _figures(row: RowPictures) -> str:
    return f"IoU {row.iou:.3f}; {row.clicks_low} low and {row.clicks_high} high clicks"


def _without_masks(case: Case, names: Sequence[str]) -> list[Block]:
    missing = [name for name in names if name not in case.rows]
    return [Paragraph(f"No fitting mask was kept of: {', '.join(missing)}.")] if missing else []


def _not_run(names: Sequence[str]) -> str:
    missing = [name for name in ROW_NAMES if name not in names]
    return f"Not run here: {', '.join(missing)}." if missing else ""
