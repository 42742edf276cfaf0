from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zoomiseg.session import Session, SessionOptions

from .stubs import StubPredictors, StubSlide

OpenSession = Callable[..., Session]


@pytest.fixture
def slide() -> StubSlide:
    return StubSlide()


@pytest.fixture
def predictors() -> StubPredictors:
    return StubPredictors()


@pytest.fixture
def session(slide: StubSlide, predictors: StubPredictors) -> Iterator[Session]:
    """A session in memory with feathered seams."""
    with Session(slide, predictors=predictors) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "case.zoomiseg"


@pytest.fixture
def open_session(folder: Path, slide: StubSlide) -> Iterator[OpenSession]:
    """Opens the session in `folder`; all that it opened are closed at the end."""
    opened: list[Session] = []

    def open_it(
        *,
        on: StubSlide | None = None,
        by: StubPredictors | None = None,
        options: SessionOptions | None = None,
    ) -> Session:
        opened.append(Session(on or slide, folder=folder, predictors=by or StubPredictors(), options=options))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()
