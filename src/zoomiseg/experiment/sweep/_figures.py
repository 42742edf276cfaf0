"""From the records of a sweep to its figures: what each setting reaches at how many clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..evaluation import EvaluationFile
from ..simulation import SlideRun
from ._settings import SweptSetting, swept_settings

ROW = "zoomiseg"
_REFERENCES = ("low-only", "high-only")


def read_sweep(file: EvaluationFile) -> dict[SweptSetting, EvaluationFile]:
    """Return the records of the sweep beside an evaluation, those that hold a slide; perhaps none.

    Raises:
        OutputError: One cannot be read.
    """
    folder = file.path.absolute().parent
    paths = {setting: setting.path_in(folder) for setting in swept_settings(file.setting.rules)}
    files = {setting: EvaluationFile.read(path) for setting, path in paths.items() if path.exists()}
    return {
        setting: each for setting, each in files.items() if any(each.has(name, ROW) for name in each.slides)
    }


def sweep_figures(file: EvaluationFile, sweep: Mapping[SweptSetting, EvaluationFile]) -> list[dict[str, Any]]:
    """Return for each kind of slides what every setting reached, over the slides on which all were run.

    Args:
        file: The evaluation: its row zoomiseg is one of the settings, its single scales stand beside.
        sweep: See `read_sweep`.
    """
    done = [
        name
        for name, slide in file.slides.items()
        if ROW in slide.runs and sweep and all(other.has(name, ROW) for other in sweep.values())
    ]
    kinds = dict.fromkeys(file.slides[name].facts.kind for name in done)
    return [
        _of_kind(kind, [name for name in done if file.slides[name].facts.kind == kind], file, sweep)
        for kind in kinds
    ]


def _of_kind(
    kind: str, names: Sequence[str], file: EvaluationFile, sweep: Mapping[SweptSetting, EvaluationFile]
) -> dict[str, Any]:
    points = []
    for row in (*_REFERENCES, ROW):
        if all(file.has(name, row) for name in names):
            points.append(_point(row, {}, [file.slides[name].runs[row] for name in names]))
    for setting, other in sweep.items():
        runs = [other.slides[name].runs[ROW] for name in names]
        points.append(_point(setting.name, {setting.threshold: setting.value}, runs))
    for point in points:
        point["frontier"] = not any(_beats(other, point) for other in points)
    return {"kind": kind, "slides": list(names), "points": points}


def _point(name: str, changed: dict[str, float], runs: Sequence[SlideRun]) -> dict[str, Any]:
    low, high = (
        sum(len(patch.actions) for run in runs for patch in run.patches if patch.scale == scale)
        for scale in ("low", "high")
    )
    return {
        "name": name,
        "changed": changed,
        "miou": float(np.mean([run.measure.overlap.iou for run in runs])),
        "tnoc": low + high,
        "clicks_low": low,
        "clicks_high": high,
    }


def _beats(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether one is at least as good and as cheap, and better in one of the two."""
    quality, clicks = one["miou"] - other["miou"], one["tnoc"] - other["tnoc"]
    return bool(quality >= 0 and clicks <= 0 and (quality > 0 or clicks < 0))
