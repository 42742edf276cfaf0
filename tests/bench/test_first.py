from __future__ import annotations

from zoomiseg.bench import _first
from zoomiseg.bench._clock import Times
from zoomiseg.bench._first import time_fresh_program
from zoomiseg.bench._scene import clicks_in, frame_of, write_slide
from zoomiseg.slide import open_slide


def test_a_real_server_is_started_and_clicked_and_leaves_its_models_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(_first, "_WAIT_S", 0.0)
    (tmp_path / "slides").mkdir()
    path = write_slide(tmp_path / "slides")
    with open_slide(path) as slide:
        clicks = clicks_in(frame_of(slide, "low"))[:3]
    times, cache, sessions = Times(), tmp_path / "cache", tmp_path / "sessions"
    time_fresh_program(times, "fresh", path, clicks, cache=cache, sessions=sessions, engine="openvino")
    assert (times.count("fresh first"), times.count("fresh later")) == (1, 2)
    assert list((cache / "zoomiseg" / "openvino").iterdir())
    assert list(sessions.rglob("events.sqlite"))
