"""From the record of an evaluation to its figures, by arithmetic alone: no network, no slide, no mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zoomiseg.errors import OutputError

from ..metrics import miou_interval
from ..simulation import SlideRun
from ._clicks import QUALITIES, PatchClicks, patches_of
from ._file import EvaluationFile, Slide
from ._rows import ROW_NAMES

LEAST_GAP = 0.02
"""By how much high-only must be above low-only for the paper's claim to be judged."""


@dataclass(frozen=True)
class _Scale:
    """What figures are measured by: the rules' thresholds and the bootstrap's seed."""

    most: int
    q_max: float
    seed: int


def evaluation_figures(
    file: EvaluationFile, *, rows: Sequence[str] | None = None, slides: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return what `evaluate` prints as JSON.

    Rows are compared over the slides on which all of them were run; intervals are by bootstrap over low
    patches, see `miou_interval`.

    Args:
        file: The record.
        rows: Only these; None: all that it holds.
        slides: Likewise, by name.
    Raises:
        OutputError: There is no such slide yet.
    """
    names = [name for name in file.networks if rows is None or name in rows]
    names.sort(key=lambda name: ROW_NAMES.index(name) if name in ROW_NAMES else len(ROW_NAMES))
    asked = [each for name, each in file.slides.items() if slides is None or name in slides]
    done = [each for each in asked if all(name in each.runs for name in names)]
    if not (done and names):
        raise OutputError(f"{file.path} holds no slide on which all rows are done.")
    rules, seed = file.setting.rules, file.setting.hands.seed
    scale = _Scale(rules.noc_max, rules.q_max, seed)
    kinds = list(dict.fromkeys(each.facts.kind for each in done))
    by_kind = [
        {"kind": kind, **_group([each for each in done if each.facts.kind == kind], names, scale)}
        for kind in kinds
    ]
    return {
        **_group(done, names, scale),
        "kinds": by_kind if len(kinds) > 1 else [],
        "slides": [_slide(each, names, scale) for each in done],
        "unfinished": len(asked) - len(done),
        "interval": "95%, bootstrap over low patches",
        "settings": file.setting.to_json(),
    }


def _group(slides: Sequence[Slide], names: Sequence[str], scale: _Scale) -> dict[str, Any]:
    rows = [_row(name, slides, scale) for name in names]
    return {"rows": rows, "claim": _claim({row["name"]: row for row in rows}, "miou", "tnoc")}


def _row(name: str, slides: Sequence[Slide], scale: _Scale) -> dict[str, Any]:
    runs = [each.runs[name] for each in slides]
    measured = [_measured(run, scale) for run in runs]
    patches = [patch for run in runs for patch in patches_of(run)]
    low, high = (sum(each[key] for each in measured) for key in ("clicks_low", "clicks_high"))
    tumour_mm2 = sum(each.facts.tumour_mm2 for each in slides)
    means = ("dice", "boundary_f", "boundary_iou", "hd95_um")
    sums = ("seconds", "seconds_network", "seconds_robot", "undos")
    return {
        "name": name,
        "slides": len(slides),
        "miou": _mean([each["iou"] for each in measured]),
        "miou_ci": miou_interval([run.measure.cells for run in runs], seed=scale.seed),
        **{key: _mean([each[key] for each in measured]) for key in means},
        "tnoc": low + high,
        "clicks_low": low,
        "clicks_high": high,
        "clicks_per_mm2": (low + high) / tumour_mm2 if tumour_mm2 else None,
        **_counts(patches, scale),
        "by_scale": {
            each: _counts([patch for patch in patches if patch.scale == each], scale)
            for each in ("low", "high")
        },
        **{key: sum(each[key] for each in measured) for key in sums},
    }


def _counts(patches: Sequence[PatchClicks], scale: _Scale) -> dict[str, Any]:
    """Return clicks a patch, clicks to a quality, and how many patches never get there or end too bad."""
    to = {
        quality: [patch.clicks_to(quality / 100, most=scale.most) for patch in patches]
        for quality in QUALITIES
    }
    failures = sum(patch.end < scale.q_max for patch in patches)
    return {
        "patches": len(patches),
        "noc": _mean([patch.clicks for patch in patches]),
        **{f"noc{quality}": _mean([count for count, _ in counts]) for quality, counts in to.items()},
        "never": {str(quality): sum(not ever for _, ever in counts) for quality, counts in to.items()},
        "failures": failures,
        "failure_share": failures / len(patches) if patches else None,
    }


def _slide(slide: Slide, names: Sequence[str], scale: _Scale) -> dict[str, Any]:
    rows = {name: _measured(slide.runs[name], scale) for name in names}
    return {**asdict(slide.facts), "rows": rows, "claim": _claim(rows, "iou", "clicks")}


def _measured(run: SlideRun, scale: _Scale) -> dict[str, Any]:
    overlap, boundary = run.measure.overlap, run.measure.boundary
    low, high = (
        sum(len(patch.actions) for patch in run.patches if patch.scale == scale) for scale in ("low", "high")
    )
    return {
        "iou": overlap.iou,
        "dice": overlap.dice,
        "boundary_f": boundary.f_score,
        "boundary_iou": boundary.boundary_iou,
        "hd95_um": run.measure.hd95_um,
        "hd95_uncertainty_um": run.measure.hd95_uncertainty_um,
        "clicks": low + high,
        "clicks_low": low,
        "clicks_high": high,
        "patches": len(run.patches),
        "failures": sum(patch.iou_end < scale.q_max for patch in run.patches),
        "undos": sum(action.kind == "undo" for patch in run.patches for action in patch.actions),
        "seconds": run.seconds,
        "seconds_network": run.seconds_network,
        "seconds_robot": run.seconds_robot,
    }


def _claim(rows: Mapping[str, Mapping[str, Any]], quality: str, clicks: str) -> dict[str, Any] | None:
    """Return what of the gap between both single scales ZoomISEG gains, at what share of the clicks.

    The shares are None where high-only is not at least 0.02 above low-only: there is nothing to gain.
    """
    if not {"low-only", "high-only", "zoomiseg"} <= rows.keys():
        return None
    low, high, both = (rows[name] for name in ("low-only", "high-only", "zoomiseg"))
    gap = high[quality] - low[quality]
    judged = gap >= LEAST_GAP
    return {
        "gap": gap,
        "judged": judged,
        "gain_share": (both[quality] - low[quality]) / gap if judged else None,
        "click_share": both[clicks] / high[clicks] if judged and high[clicks] else None,
    }


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of those that are defined; None where none is."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
