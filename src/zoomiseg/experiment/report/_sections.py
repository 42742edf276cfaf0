"""What the report says, section by section, from the figures of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..evaluation import ROW_NAMES, EvaluationFile, claim_sentence
from ..simulation import SlideRun
from ._blocks import Block, Chart, Heading, Paragraph, Table
from ._chart import STYLES, Series, chart
from ._curves import patch_curve, slide_curve
from ._paper import DATA_SET, NOT_HERE, TABLE_1

_HEAD = (
    "row",
    "mIoU",
    "the paper: mIoU",
    "tNoC",
    "the paper: tNoC",
    "95% interval of mIoU",
    "low",
    "high",
    "NoC@85",
    "NoC@90",
    "NoC@95",
    "failures",
    "Dice",
    "boundary F",
)
_FOREIGN = (2, 4)


def opening(file: EvaluationFile, figures: Mapping[str, Any]) -> list[Block]:
    """Return the title, how it was measured, and what is missing."""
    settings, count = figures["settings"], len(figures["slides"])
    reading = "as printed" if settings["literal"] else "with settling"
    slides = f"{count} slide" if count == 1 else f"{count} slides"
    lines = [
        f"A simulated user ({settings['clicker']}, seed {settings['seed']}) clicked {slides} at one scale "
        f"and at both. D_min {settings['d_min_px']:g} and D_thr {settings['d_thr_px']:g} low pixels, Q_thr "
        f"{settings['q_thr']:g}, Q_max {settings['q_max']:g}, at most {settings['noc_max']} clicks a patch, "
        f"zooming {reading}. Masks are measured on the high grid, 0.5 µm per pixel; undos count as clicks.",
        *_missing(figures),
    ]
    blocks: list[Block] = [Heading(1, "How many clicks does a good mask of a slide take?")]
    return [*blocks, *map(Paragraph, lines), _networks(file, figures)]


def _missing(figures: Mapping[str, Any]) -> list[str]:
    names = [row["name"] for row in figures["rows"]]
    left = [name for name in ROW_NAMES if name not in names]
    lines = [f"Rows that were not run: {', '.join(left)}."] if left else []
    if figures["unfinished"]:
        lines.append(f"Slides left out because a row is missing there: {figures['unfinished']}.")
    return [*lines, NOT_HERE]


def _networks(file: EvaluationFile, figures: Mapping[str, Any]) -> Table:
    names = [row["name"] for row in figures["rows"]]
    rows = [[name, *_identity(file.networks[name])] for name in names]
    return Table(("row", "networks", "checksum", "engine"), rows, "What answered the clicks")


def _identity(text: str) -> list[str]:
    """Return name, checksum and engine; of another text, the text."""
    parts = text.rsplit(" ", 2)
    if len(parts) < 3:
        return [text, "", ""]
    name, checksum, engine = parts
    return [name, checksum[:12] if checksum.strip("0") else "", engine]


def groups_of(figures: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the figures of each kind of slides, which are never averaged."""
    return list(figures["kinds"]) or [{"kind": figures["slides"][0]["kind"], **figures}]


def titled(kind: str, count: int) -> str:
    """Return "generated: 3 slides"."""
    return (f"{kind}: " if kind else "") + (f"{count} slide" if count == 1 else f"{count} slides")


def of_kind(
    group: Mapping[str, Any], file: EvaluationFile, figures: Mapping[str, Any], number: int
) -> list[Block]:
    """Return the claim, the table and the curves of one kind of slides; charts are called by its number."""
    kind, rows = group["kind"], group["rows"]
    names = [slide["name"] for slide in figures["slides"] if slide["kind"] == kind]
    runs = {row["name"]: [file.slides[name].runs[row["name"]] for name in names] for row in rows}
    return [
        Heading(2, titled(kind, rows[0]["slides"])),
        Paragraph(claim_sentence(group["claim"]), strong=True),
        _table(rows),
        *_curves(titled(kind, len(names)), runs, figures["settings"]["noc_max"], number),
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    found = {row["name"]: row for row in rows}
    missing = [name for name in TABLE_1 if name not in found]
    written = [_row(found[name]) for name in found]
    for name in missing:
        miou, tnoc = _paper(name)
        written.append([name, "not run", miou, "", tnoc, *[""] * (len(_HEAD) - 5)])
    caption = (
        f"Means over the slides. Set apart stands the paper's own Table 1, on {DATA_SET}; to be read for the "
        "direction of its differences only."
    )
    return Table(_HEAD, written, caption, foreign=_FOREIGN)


def _row(row: Mapping[str, Any]) -> list[str]:
    interval, (miou, tnoc) = row["miou_ci"], _paper(row["name"])
    return [
        row["name"],
        f"{row['miou']:.3f}",
        miou,
        str(row["tnoc"]),
        tnoc,
        f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "",
        *(str(row[key]) for key in ("clicks_low", "clicks_high")),
        *(_number(row[key]) for key in ("noc85", "noc90", "noc95")),
        f"{row['failures']} of {row['patches']}",
        f"{row['dice']:.3f}",
        f"{row['boundary_f']:.3f}",
    ]


def _paper(name: str) -> tuple[str, str]:
    """Return the paper's mIoU and tNoC; empty where it has no such row."""
    if name not in TABLE_1:
        return "", ""
    miou, tnoc = TABLE_1[name]
    return f"{miou:.3f}", str(tnoc)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _curves(title: str, runs: Mapping[str, Sequence[SlideRun]], most: int, number: int) -> list[Block]:
    slides = [Series(name, slide_curve(each), style_of(name)) for name, each in runs.items()]
    patches = [Series(name, patch_curve(each, most=most), style_of(name)) for name, each in runs.items()]
    patches = [each for each in patches if each.points]
    blocks: list[Block] = [
        Chart(
            f"slides-{number}",
            chart(
                slides,
                title=f"{title}: IoU against all clicks",
                x_label="clicks on all slides",
                y_label="IoU, mean over slides",
            ),
            "Slides: each patch may take one click, then two, and so on; each line ends at the table's mIoU "
            "and tNoC. Higher and further left is better.",
        )
    ]
    if patches:
        blocks.append(
            Chart(
                f"patches-{number}",
                chart(
                    patches,
                    title=f"{title}: IoU against clicks in a patch",
                    x_label="clicks in a patch",
                    y_label="IoU, mean over patches",
                ),
                "Patches: a low patch with the zooms opened from it; in high-only a high patch, 16 of which "
                "cover a low one. Measured on the high grid; a finished patch keeps its last IoU.",
            )
        )
    return blocks


def style_of(name: str) -> int:
    """Return the number of a row's colour; rows of the future share the last."""
    return STYLES.get(name, len(STYLES) - 1)


def each_slide(figures: Mapping[str, Any]) -> list[Block]:
    """Return the table of slides."""
    names = [row["name"] for row in figures["rows"]]
    head = ("slide", "tumour", "mm²", "low-scale ceiling", *(f"{name}: IoU, clicks" for name in names))
    rows = [
        [
            slide["name"],
            f"{100 * slide['tumour_fraction']:.0f}%",
            f"{slide['tumour_mm2']:.2f}",
            f"{slide['low_scale_ceiling']:.3f}",
            *(f"{slide['rows'][name]['iou']:.3f}, {slide['rows'][name]['clicks']}" for name in names),
        ]
        for slide in figures["slides"]
    ]
    caption = (
        "The low-scale ceiling is the IoU of the truth shrunk to the low scale and enlarged again: the best "
        "that low-only could do. Intervals of the tables above are by bootstrap over low patches: how much "
        "a figure hangs on single patches of these slides, not how it would be on others."
    )
    return [Heading(2, "Each slide"), Table(head, rows, caption)]
