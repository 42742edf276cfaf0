from __future__ import annotations

from collections.abc import Iterator

import pytest
from clicked import clicked_session, written_slide

from zoomiseg.session import Session
from zoomiseg.slide import Slide


@pytest.fixture(scope="session")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slide]:
    with written_slide(tmp_path_factory.mktemp("slide")) as slide:
        yield slide


@pytest.fixture
def session(slide: Slide) -> Iterator[Session]:
    with clicked_session(slide) as session:
        yield session
