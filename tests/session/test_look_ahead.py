"""What a click will need is done before it comes, where the user looks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box
from zoomiseg.predict import Patch
from zoomiseg.session import Session

from .stubs import StubPredictor, StubPredictors, StubSlide, whole


@dataclass
class AheadStub(StubPredictor):
    looked: list[Box] = field(default_factory=list)

    def look_at(self, patch: Patch) -> None:
        self.looked.append(patch.frame.box)


@pytest.fixture
def predictors() -> StubPredictors:
    return StubPredictors(low=AheadStub("low-1"), high=AheadStub("high-1"))


def test_looking_ahead_sees_the_very_patch_that_a_click_there_is_given_to(predictors: StubPredictors) -> None:
    slide = StubSlide()
    with Session(slide, predictors=predictors) as session:
        session.zoom(x=2000, y=2000)
        before, revision = whole(session), session.revision
        session.look_ahead(x=4500, y=3900, scale="low")
        session.look_ahead(x=2100, y=1900, scale="high")
        assert (whole(session), session.revision) == (before, revision)
        read = len(slide.reads)
        session.click(x=4500, y=3900, label=1)
        session.click(x=2100, y=1900, label=1, scale="high")
        assert len(slide.reads) == read
        for scale in (predictors.low, predictors.high):
            assert isinstance(scale, AheadStub)
            assert scale.looked == [box for box, _ in scale.calls]


def test_where_no_high_patch_is_open_only_pixels_are_read(predictors: StubPredictors) -> None:
    slide = StubSlide()
    with Session(slide, predictors=predictors) as session:
        session.look_ahead(x=2000, y=2000, scale="high")
    assert slide.reads == [Box(1488, 1488, 1024, 1024)]
    assert isinstance(predictors.high, AheadStub)
    assert predictors.high.looked == []


def test_networks_that_cannot_look_ahead_have_their_pixels_read() -> None:
    slide = StubSlide()
    with Session(slide, predictors=StubPredictors()) as session:
        session.look_ahead(x=100, y=100, scale="low")
        session.click(x=100, y=100, label=1)
        assert len(slide.reads) == 1
        slide.lost = True
        with pytest.raises(SlideError, match="gone"):
            session.look_ahead(x=4500, y=3900, scale="low")


_FRESH = """
import sys
from pathlib import Path
from session.stubs import StubPredictors, StubSlide
from zoomiseg.session import Session

with Session(StubSlide(), predictors=StubPredictors(), folder=Path(sys.argv[1])) as session:
    session.look_ahead(x=100, y=100, scale="low")
    before = set(sys.modules)
    session.click(x=100, y=100, label=1)
    print(*sorted(set(sys.modules) - before))
"""


def test_a_click_that_was_looked_ahead_to_loads_no_module(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", _FRESH, str(tmp_path / "session")]
    said = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": tests}, check=True, capture_output=True, text=True
    )
    assert said.stdout.split() == []
