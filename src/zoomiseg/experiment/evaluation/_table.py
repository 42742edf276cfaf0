"""The figures of an evaluation as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = (
    "row",
    "mIoU (95% interval)",
    "Dice",
    "boundary F",
    "boundary IoU",
    "HD95 µm",
    "tNoC",
    "low",
    "high",
    "clicks/mm²",
    "NoC@85",
    "NoC@90",
    "NoC@95",
    "failures",
    "seconds (network)",
)


def evaluation_table(figures: Mapping[str, Any]) -> list[str]:
    """Return the lines: a table for each kind of slides, or one for all, and a table of the slides."""
    groups = figures["kinds"] or [{"kind": "", **figures}]
    lines = []
    for group in groups:
        count = group["rows"][0]["slides"]
        title = f"{group['kind']}: " if group["kind"] else ""
        lines += [f"### {title}{count} {'slide' if count == 1 else 'slides'}", ""]
        lines += _table(_HEAD, [_row(row) for row in group["rows"]])
        lines += ["", claim_sentence(group["claim"]), ""]
    return [*lines, "### Each slide", "", *_slides(figures["slides"]), "", *_notes(figures)]


def _row(row: Mapping[str, Any]) -> list[str]:
    interval = row["miou_ci"]
    return [
        row["name"],
        f"{row['miou']:.3f}" + (f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""),
        *(f"{row[key]:.3f}" for key in ("dice", "boundary_f", "boundary_iou")),
        _number(row["hd95_um"], 1),
        *(str(row[key]) for key in ("tnoc", "clicks_low", "clicks_high")),
        _number(row["clicks_per_mm2"], 1),
        *(_number(row[key], 2) for key in ("noc85", "noc90", "noc95")),
        f"{row['failures']} of {row['patches']}",
        f"{row['seconds']:.0f} ({row['seconds_network']:.0f})",
    ]


def _slides(slides: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(slides[0]["rows"])
    head = ("slide", "tumour", "low-scale ceiling", *(f"{name}: IoU, clicks" for name in names))
    return _table(
        head,
        [
            [
                each["name"],
                f"{100 * each['tumour_fraction']:.0f}%, {each['tumour_mm2']:.2f} mm²",
                f"{each['low_scale_ceiling']:.3f}",
                *(f"{row['iou']:.3f}, {row['clicks']}" for row in each["rows"].values()),
            ]
            for each in slides
        ],
    )


def claim_sentence(claim: Mapping[str, Any] | None) -> str:
    """Return in words what `_figures` found of the paper's claim."""
    if claim is None:
        return "The paper's claim needs the rows low-only, high-only and zoomiseg."
    if not claim["judged"]:
        side, bound = ("above", ", less than 0.02") if claim["gap"] >= 0 else ("below", "")
        return f"High-only is {abs(claim['gap']):.3f} {side} low-only{bound}: there is nothing to gain."
    gain, share = 100 * claim["gain_share"], 100 * claim["click_share"]
    return (
        f"High-only is {claim['gap']:.3f} above low-only. ZoomISEG gains {gain:.0f}% of that with "
        f"{share:.0f}% of high-only's clicks (the paper, on slides of its own: 40% with 44%)."
    )


def _notes(figures: Mapping[str, Any]) -> list[str]:
    settings = figures["settings"]
    reading = "as printed" if settings["literal"] else "with settling"
    lines = [
        f"Clicks by the {settings['clicker']} simulated user, seed {settings['seed']}; "
        f"D_min {settings['d_min_px']:g} and D_thr {settings['d_thr_px']:g} low pixels, "
        f"Q_thr {settings['q_thr']:g}, Q_max {settings['q_max']:g}, at most {settings['noc_max']} clicks a "
        f"patch, zooming {reading}. Undos count as clicks. Masks are measured on the high grid. Intervals "
        "are by bootstrap over low patches: they tell how much a figure hangs on single patches of these."
    ]
    if figures["unfinished"]:
        left_out = f"{figures['unfinished']} more of the slides are left out: not all rows are done there."
        lines += ["", left_out]
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
