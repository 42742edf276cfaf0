"""A session that goes on for long holds little more for each click: what is large lies on the disk."""

from __future__ import annotations

import gc
import random
import tracemalloc
from pathlib import Path

import pytest

from zoomiseg.geometry import Box
from zoomiseg.session import Session, _session

from .stubs import StubPredictors, StubSlide

WARM, MEASURED = 40, 80
MOST_PER_CLICK = 8_000


def click_on(session: Session, chance: random.Random, clicks: int) -> None:
    width, height = session.slide.width, session.slide.height
    for _ in range(clicks):
        session.click(
            x=chance.randrange(width),
            y=chance.randrange(height),
            label=chance.choice((1, -1)),
            scale=chance.choice(("low", "high")),
        )
        session.read(Box(0, 0, 256, 256), mpp=2.0)


def held(session: Session, slide: StubSlide, predictors: StubPredictors) -> int:
    """Bytes in use, without what the stubs themselves note of each call."""
    slide.reads.clear()
    for each in (predictors.low, predictors.high):
        each.calls.clear()
        each.masks.clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_memory_grows_by_a_few_kilobytes_for_each_click(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small caches are full after a few clicks.
    monkeypatch.setattr(_session, "DECODED_LAYERS", 4)
    monkeypatch.setattr(_session, "PATCH_IMAGES", 2)
    slide, predictors, chance = StubSlide(3000, 1400), StubPredictors(), random.Random(1)
    with Session(slide, folder=tmp_path / "long.zoomiseg", predictors=predictors) as session:
        tracemalloc.start()
        try:
            click_on(session, chance, WARM)
            before = held(session, slide, predictors)
            click_on(session, chance, MEASURED)
            grown = held(session, slide, predictors) - before
        finally:
            tracemalloc.stop()
    assert grown < MEASURED * MOST_PER_CLICK
