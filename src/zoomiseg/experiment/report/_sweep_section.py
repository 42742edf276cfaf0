"""The section on the sweep: what each threshold costs and gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._blocks import Block, Chart, Heading, Paragraph, Table
from ._chart import Series, chart
from ._sections import style_of, titled

_WORDS = {"d_thr_px": "D_thr", "q_thr": "Q_thr", "q_max": "Q_max"}
_STYLES = {"d_thr_px": 3, "q_thr": 4, "q_max": 6}


def of_sweep(sweep: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Return the section, or nothing where no sweep was run."""
    if not sweep:
        return []
    why = (
        "One threshold of the zoom simulation changed at a time, the others as above. A setting is on the "
        "frontier where no other one is at least as good with at most as many clicks, and better in one of "
        "the two. Few slides: directions, not proof."
    )
    parts = [block for number, group in enumerate(sweep, start=1) for block in _of_kind(group, number)]
    return [Heading(2, "Clicks against accuracy: the thresholds"), Paragraph(why), *parts]


def _of_kind(group: Mapping[str, Any], number: int) -> list[Block]:
    points = group["points"]
    frontier = sorted((p["tnoc"], p["miou"]) for p in points if p["frontier"])
    series = [
        Series(point_name(point), [(float(point["tnoc"]), point["miou"])], _style(point)) for point in points
    ]
    title = titled(group["kind"], len(group["slides"]))
    drawing = chart(
        series,
        title=f"{title}: accuracy against clicks by setting",
        x_label="clicks on all slides",
        y_label="IoU, mean over slides",
        frontier=[(float(x), y) for x, y in frontier],
    )
    rows = [
        [
            point_name(point),
            f"{point['miou']:.3f}",
            *(str(point[key]) for key in ("tnoc", "clicks_low", "clicks_high")),
            "yes" if point["frontier"] else "",
        ]
        for point in points
    ]
    head = ("setting", "mIoU", "tNoC", "low", "high", "on the frontier")
    return [
        Heading(3, title),
        Table(head, rows, f"Slides: {', '.join(group['slides'])}."),
        Chart(f"sweep-{number}", drawing, "The dashed line is the frontier."),
    ]


def point_name(point: Mapping[str, Any]) -> str:
    """Return "Q_thr 0.75", or the row's name where nothing was changed."""
    changed = [f"{_WORDS[name]} {value:g}" for name, value in point["changed"].items()]
    return ", ".join(changed) or str(point["name"])


def _style(point: Mapping[str, Any]) -> int:
    for name in point["changed"]:
        return _STYLES[name]
    return style_of(point["name"])
