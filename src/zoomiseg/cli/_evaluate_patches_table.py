"""The figures of `zoomiseg evaluate-patches` as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._output import counted

_AFTER = ("1", "3", "5", "10")
_QUALITIES = ("80", "85", "90")
_NAME = 26


def table(values: Mapping[str, Any]) -> list[str]:
    """Return the lines; beside a NoC stands how many images never get there in 20 clicks."""
    return [
        f"{counted(values['images'], 'collage' if values['collage'] else 'image')} at {values['mpp']:g} µm "
        f"per pixel ({values['images_apart']} counted apart), {values['weights']}, {values['clicker']} robot",
        _head(),
        _row(values["weights"], values),
        _bound("  95% interval from", values, 0),
        _bound("  to", values, 1),
        f"  {'all foreground':{_NAME}}" + f"{values['all_foreground_iou']:8.3f}" * len(_AFTER),
        *_baselines(values),
        *_shuffled(values["shuffled"]),
        f"  obeyed: {100 * values['obeyed_newest']:.1f}% of new clicks at once, "
        f"{100 * values['obeyed']:.1f}% of all clicks so far",
        *_far(values),
        f"  IoU {values['iou_at_20']:.3f} after 20 clicks; "
        "clicks to IoU 0.85 in each quarter of them, in order: "
        + ", ".join(f"{count:.2f}" for count in values["noc85_by_order"]),
        *([f"{values['file']}: every click"] if "file" in values else []),
    ]


def _head() -> str:
    after = "".join(f"{'IoU@' + clicks:>8}" for clicks in _AFTER)
    return f"  {'':{_NAME}}{after}" + "".join(f"{f'NoC@{quality} (never)':>20}" for quality in _QUALITIES)


def _row(name: str, figures: Mapping[str, Any]) -> str:
    after = "".join(f"{figures['iou_at'][clicks]:8.3f}" for clicks in _AFTER)
    until = "".join(
        f"{figures[f'noc{quality}']:.2f} ({figures['failures'][quality]}, "
        f"{100 * figures['failure_share'][quality]:.0f}%)".rjust(20)
        for quality in _QUALITIES
    )
    return f"  {name:{_NAME}}{after}{until}"


def _bound(name: str, values: Mapping[str, Any], end: int) -> str:
    after = "".join(f"{values['iou_at_ci'][clicks][end]:8.3f}" for clicks in _AFTER)
    return f"  {name:{_NAME}}{after}{'':20}{values['noc85_ci'][end]:20.2f}"


def _baselines(values: Mapping[str, Any]) -> list[str]:
    if "baselines" not in values:
        return []
    count = values["baselines"]["network"]["images"]
    names = {"network": values["weights"]}
    rows = [_row(f"  {names.get(name, name)}", each) for name, each in values["baselines"].items()]
    return [f"  from the same clicks, on {count} of them", *rows]


def _shuffled(figures: Mapping[str, Any]) -> list[str]:
    if not figures["images"]:
        return []
    return [
        f"  shuffled labels: IoU {figures['iou']:.3f} after 10 clicks instead of "
        f"{figures['iou_with_own_labels']:.3f} (the {figures['images']} with clicks of both labels)"
    ]


def _far(values: Mapping[str, Any]) -> list[str]:
    far = values["far"]
    if not far["clicks"]:
        return []
    return [
        f"  further than {values['far_px']} pixels from a new click: {100 * far['right_to_wrong']:.2f}% flip "
        f"from right to wrong, {100 * far['wrong_to_right']:.2f}% from wrong to right"
    ]
