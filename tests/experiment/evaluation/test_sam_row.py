"""Segment Anything as a row: clicked as the others are, every click kept."""

from __future__ import annotations

import torch

from zoomiseg.experiment import Baseline
from zoomiseg.experiment.baselines._sam import SegmentAnything
from zoomiseg.experiment.evaluation import (
    EvaluationFile,
    Setting,
    evaluate_slides,
    evaluation_figures,
    rows_named,
)
from zoomiseg.experiment.simulation import Hands, ZoomRules

from ..baselines.tiny_sam import tiny_sam
from .test_run import write_slides


def test_its_clicks_are_kept_and_its_figures_are_made_from_them(tmp_path):
    model = tiny_sam()
    sam = Baseline(name="sam", load=lambda: SegmentAnything(model, device=torch.device("cpu")))
    encoded = []
    model.image_encoder.register_forward_hook(lambda *_: encoded.append(1))
    pairs = write_slides(tmp_path)
    rows = rows_named(["sam"], load=lambda: None, load_without_click_loss=None, baselines={"sam": sam})
    file = EvaluationFile.resume(tmp_path / "e.json", Setting(ZoomRules(noc_max=4), Hands()), rows)
    assert [done.row for done in evaluate_slides(pairs, rows, file, folder=tmp_path)] == ["sam", "sam"]
    kept = EvaluationFile.read(tmp_path / "e.json")
    for slide in kept.slides.values():
        (patch,) = slide.runs["sam"].patches
        assert patch.scale == "low"
        assert [action.kind for action in patch.actions] == ["click"] * 4
        # Each slide has one low patch, and that is encoded once.
        first = patch.actions[0]
        assert 500 <= first.x <= 800
        assert first.label == 1
    assert len(encoded) == 2
    (row,) = evaluation_figures(kept)["rows"]
    assert (row["name"], row["tnoc"], row["clicks_high"]) == ("sam", 8, 0)
