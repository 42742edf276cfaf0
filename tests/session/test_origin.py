"""The note beside a session, by which its slide and weights are found again."""

from __future__ import annotations

from typing import get_args

import pytest

from zoomiseg.predict import Engine
from zoomiseg.session import Origin, read_origin, write_origin


@pytest.mark.parametrize("engine", get_args(Engine))
def test_a_note_of_every_engine_is_read_as_it_was_written(engine, tmp_path):
    origin = Origin(tmp_path / "a.svs", "a", (0.25, 0.5), "compact", engine)
    write_origin(tmp_path, origin)
    assert read_origin(tmp_path) == origin
