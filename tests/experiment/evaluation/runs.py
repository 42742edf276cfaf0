"""Records of evaluations made up by hand."""

from __future__ import annotations

from pathlib import Path

from zoomiseg.experiment.evaluation import EvaluationFile, Setting, SlideFacts
from zoomiseg.experiment.evaluation._file import Slide
from zoomiseg.experiment.metrics import BoundaryCounts, Overlap, SlideMeasure
from zoomiseg.experiment.simulation import Action, Hands, PatchRun, SlideRun, ZoomRules
from zoomiseg.geometry import Box


def patch(scale, *ious, cell=0, start=0.0, end=None, undone=(), **more):
    """A patch with a click for each IoU; those numbered in `undone` are undos."""
    actions = [
        Action("undo" if number in undone else "click", 4.5 * number, 7.25, 1, iou, 10 * number, 100)
        for number, iou in enumerate(ious)
    ]
    end = (ious or (start,))[-1] if end is None else end
    box = Box(0, 0, 1024, 1024)
    return PatchRun(scale, box, cell, iou_start=start, iou_end=end, actions=actions, **more)


ONE_CELL = (Overlap(80, 90, 100),)


def run(*patches, cells=ONE_CELL, hd95_um=3.0, seconds=10.0):
    boundary = BoundaryCounts(100, 80, 120, 90, 30, 60)
    return SlideRun(tuple(patches), SlideMeasure(tuple(cells), boundary, hd95_um, 0.0), seconds, 7.0, 1.0)


def facts(name="a.tif", *, kind="", tumour_mm2=2.0):
    return SlideFacts(name, kind, 8192, 4096, 0.5, 0.25, tumour_mm2, 0.93, "f" * 64)


def file_of(path: Path, *slides, rules=None, hands=None):
    """A file of (facts, {row: run})."""
    names = dict.fromkeys(name for _, runs in slides for name in runs)
    return EvaluationFile(
        path,
        Setting(rules or ZoomRules(), hands or Hands()),
        {name: f"weights of {name}" for name in names},
        {each.name: Slide(each, dict(runs)) for each, runs in slides},
    )
