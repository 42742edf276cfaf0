from __future__ import annotations

import numpy as np
import pytest

from session.stubs import StubPredictors, StubSlide
from zoomiseg.bench._scene import SIDE_PX, clicks_in, frame_of
from zoomiseg.bench._stages import network_work
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session


@pytest.mark.parametrize("scale", ["low", "high"])
def test_all_clicks_of_the_scene_are_answered_in_one_patch(scale):
    slide, predictors = StubSlide(SIDE_PX, SIDE_PX, 0.25), StubPredictors()
    with Session(slide, predictors=predictors) as session:
        for click in clicks_in(frame_of(slide, scale)):
            session.click(x=click.x, y=click.y, label=click.label, scale=scale)
    asked = getattr(predictors, scale).calls
    assert len({box for box, _ in asked}) == 1
    assert len(asked) == 10


def test_a_warm_run_sees_no_tissue_and_a_cold_one_always_does(monkeypatch):
    predictor = load_predictors("compact").low
    tissue, _ = predictor._network.parts
    looks, run = [], tissue.run
    monkeypatch.setattr(tissue, "run", lambda *inputs: looks.append(np.shape(inputs[0])) or run(*inputs))
    work = network_work(predictor, "low")
    work["network low warm"]()
    looks.clear()
    for _ in range(2):
        work["network low cold"]()
        work["network low warm"]()
    assert looks == [(1, 3, 1024, 1024)] * 2
