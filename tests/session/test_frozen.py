"""Sessions in the format of every released version must keep opening; `fixtures` holds one of each."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from zoomiseg.geometry import Box
from zoomiseg.session import Session

from .stubs import StubPredictors, StubSlide

FIXTURES = Path(__file__).parent / "fixtures"


def described(session: Session) -> dict[str, object]:
    mask = session.mask(Box(0, 0, 5200, 1400), mpp=2.0)
    return {
        "revision": session.revision,
        "events": [[event.op_id, event.kind, event.class_] for event in session.events],
        "settled": [[box.x, box.y, box.width, box.height] for box in session.settled],
        "clicks_low": len(session.clicks("low")),
        "clicks_high": len(session.clicks("high")),
        "mask_pixels": int(mask.sum()),
        "mask_sha256": hashlib.sha256(np.packbits(mask).tobytes()).hexdigest(),
    }


@pytest.mark.parametrize("name", ["format-1", "format-1-edits"])
def test_a_session_of_a_released_format_opens_and_shows_the_same_mask(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "old.zoomiseg"
    shutil.copytree(FIXTURES / f"{name}.zoomiseg", folder)
    expected = json.loads((FIXTURES / f"{name}.json").read_text())
    with Session(StubSlide(5200, 1400), folder=folder, predictors=StubPredictors()) as session:
        assert session.notices == []
        assert described(session) == expected
        assert session.undo().revision == expected["revision"] + 1
