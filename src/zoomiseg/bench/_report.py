"""The figures of a run as a page's tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

FRESH = ("start", "first", "later")
_FRESH_HEAD = (
    "| program just started, cache of models | its start, ms | first click, ms | later clicks, ms |",
    "| --- | --- | --- | --- |",
)
_BEGIN, _END = "<!-- bench -->", "<!-- /bench -->"


def markdown(figures: Mapping[str, Any]) -> str:
    """Return what `bench` returned as Markdown: the machine, tables of stages, ratios and first clicks."""
    machine, best = figures["machine"], figures["ceilings"]
    stages = [
        f"| {row['name']} | {row['median_ms']:.1f} | {row['p95_ms']:.1f} | {row['flops'] / 1e9:.1f} "
        f"| {row['bytes'] / 1e6:.1f} | {100 * row['share_of_ceiling']:.0f}% |"
        for row in figures["stages"]
    ]
    ratios = [
        f"| {name} | {_number(value)} | {_number(figures['ratios_end_to_end'].get(name))} |"
        for name, value in figures["ratios"].items()
    ]
    first = figures.get("first_click") or {}
    fresh = [
        f"| {cache} | " + " | ".join(f"{first[f'{cache}_{which}_ms']:.0f}" for which in FRESH) + " |"
        for cache in ("empty", "full")
        if f"{cache}_first_ms" in first
    ]
    return "\n".join(
        [
            f"{machine['cores']} cores, {machine['engine']}, OpenVINO {_release(machine['openvino'])}, "
            f"PyTorch {_release(machine['torch'])}; load average {machine['load_average']} when it ended.",
            f"Ceilings: {best['fp32_gflops']:.0f} GFLOP/s in float32, {best['int8_gops']:.0f} Gop/s in int8, "
            f"{best['copy_gb_s']:.1f} GB/s copied.",
            "",
            "| stage | median, ms | 95th percentile | GFLOP | MB moved at least | of the ceiling |",
            "| --- | --- | --- | --- | --- | --- |",
            *stages,
            "",
            "| times as long as ours | network | end to end |",
            "| --- | --- | --- |",
            *ratios,
            *(["", *_FRESH_HEAD, *fresh] if fresh else []),
        ]
    )


def write_page(path: Path, figures: Mapping[str, Any]) -> None:
    """Put the tables into a page, between the comments that mark their place.

    Raises:
        OutputError: The page cannot be read or written, or has no such place.
    """
    try:
        page = path.read_text("utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}.") from error
    if _BEGIN not in page or _END not in page:
        raise OutputError(f"{path} has no place for the tables; mark it with {_BEGIN} and {_END}.")
    before, rest = page.split(_BEGIN, 1)
    after = rest.split(_END, 1)[1]
    text = f"{before}{_BEGIN}\n{markdown(figures)}\n{_END}{after}"
    try:
        replace_file(path, [text.encode()])
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error


def _release(version: str) -> str:
    return re.split(r"[-+]", version)[0]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
