"""What was done on a slide as JSON values, and back, to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple
from typing import Any

from zoomiseg.geometry import Box

from ..metrics import BoundaryCounts, Overlap, SlideMeasure
from ..simulation import Action, PatchRun, SlideRun
from ._slide import SlideFacts


def written_facts(facts: SlideFacts) -> dict[str, Any]:
    """Return what `read_facts` understands."""
    return asdict(facts)


def read_facts(record: Mapping[str, Any]) -> SlideFacts:
    """Return the facts of a record, which may lack the truth's checksum; further keys are left alone.

    Raises:
        KeyError: Another one is missing.
    """
    known = {"truth_checksum": None, **record}
    return SlideFacts(**{name: known[name] for name in SlideFacts.__slots__})


def written_run(run: SlideRun) -> dict[str, Any]:
    """Return what `read_run` understands."""
    measure = run.measure
    return {
        "seconds": run.seconds,
        "seconds_network": run.seconds_network,
        "seconds_robot": run.seconds_robot,
        "cells": [astuple(cell) for cell in measure.cells],
        "boundary": asdict(measure.boundary),
        "hd95_um": measure.hd95_um,
        "hd95_uncertainty_um": measure.hd95_uncertainty_um,
        "patches": [_written_patch(patch) for patch in run.patches],
    }


def read_run(record: Mapping[str, Any]) -> SlideRun:
    """Return the run of a record.

    Raises:
        KeyError, TypeError, ValueError: It is none.
    """
    measure = SlideMeasure(
        tuple(Overlap(*counts) for counts in record["cells"]),
        BoundaryCounts(**record["boundary"]),
        record["hd95_um"],
        record["hd95_uncertainty_um"],
    )
    return SlideRun(
        tuple(_read_patch(patch) for patch in record["patches"]),
        measure,
        record["seconds"],
        record["seconds_network"],
        record["seconds_robot"],
    )


def _written_patch(patch: PatchRun) -> dict[str, Any]:
    return {
        "scale": patch.scale,
        "box": [patch.box.x, patch.box.y, patch.box.width, patch.box.height],
        "cell": patch.cell,
        "zoom": patch.zoom,
        "after": patch.after,
        "iou_start": patch.iou_start,
        "iou_end": patch.iou_end,
        "low_iou_after": patch.low_iou_after,
        "actions": [astuple(action) for action in patch.actions],
    }


def _read_patch(record: Mapping[str, Any]) -> PatchRun:
    zoom = record["zoom"]
    return PatchRun(
        record["scale"],
        Box(*record["box"]),
        record["cell"],
        None if zoom is None else (zoom[0], zoom[1]),
        record["after"],
        record["iou_start"],
        record["iou_end"],
        record["low_iou_after"],
        [Action(*action) for action in record["actions"]],
    )
