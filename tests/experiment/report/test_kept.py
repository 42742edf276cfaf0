from __future__ import annotations

import numpy as np
import pytest

from session.stubs import StubPredictors, StubSlide
from zoomiseg.errors import OutputError
from zoomiseg.experiment.report import KeptMasks
from zoomiseg.experiment.report._names import path_name
from zoomiseg.experiment.simulation import OPTIONS, World
from zoomiseg.session import Session

SLIDE = StubSlide(5000, 1300)
WORLD = World(SLIDE, lambda box: np.zeros((box.height, box.width), bool))


@pytest.fixture
def session():
    with Session(SLIDE, predictors=StubPredictors(), options=OPTIONS) as made:
        made.click(x=700.0, y=600.0, label=1)
        made.zoom(x=900.0, y=700.0)
        made.click(x=900.0, y=700.0, label=1, scale="high")
        yield made


def test_what_is_kept_is_what_the_session_shows(tmp_path, session):
    kept = KeptMasks(tmp_path)
    assert not kept.holds("folder/a.svs", "zoomiseg")
    kept.keep("folder/a.svs", "zoomiseg", WORLD, session)
    assert kept.holds("folder/a.svs", "zoomiseg")
    for number, cell in enumerate(WORLD.cells):
        mask = kept.mask("folder/a.svs", "zoomiseg", number, cell)
        assert np.array_equal(mask, session.read_mask_high(cell))
    assert kept.mask("folder/a.svs", "zoomiseg", 0, WORLD.cells[0]).any()


def test_a_probability_is_kept_at_half_the_size_where_there_is_one(tmp_path, session):
    kept = KeptMasks(tmp_path)
    kept.keep("a", "zoomiseg", WORLD, session)
    small = kept.low_probability("a", "zoomiseg", 0)
    whole = session.low_probability(WORLD.low_frames[0])
    blocks = whole.reshape(512, 2, 512, 2).mean((1, 3))
    assert np.abs(small / 255 - blocks).max() <= 0.5 / 255 + 1e-6
    assert kept.low_probability("a", "zoomiseg", 1) is None


def test_keeping_again_leaves_nothing_of_before(tmp_path, session):
    kept = KeptMasks(tmp_path)
    kept.keep("a", "zoomiseg", WORLD, session)
    with Session(SLIDE, predictors=StubPredictors(), options=OPTIONS) as other:
        kept.keep("a", "zoomiseg", WORLD, other)
    assert kept.holds("a", "zoomiseg")
    assert not kept.mask("a", "zoomiseg", 0, WORLD.cells[0]).any()
    assert [path.name for path in (tmp_path / "masks" / "a").iterdir()] == ["zoomiseg"]


def test_a_damaged_or_foreign_mask_is_told(tmp_path, session):
    kept = KeptMasks(tmp_path)
    kept.keep("a", "zoomiseg", WORLD, session)
    with pytest.raises(OutputError, match=r"mask-0\.png is of another slide"):
        kept.mask("a", "zoomiseg", 0, WORLD.cells[1])
    path = tmp_path / "masks" / "a" / "zoomiseg" / "mask-0.png"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(OutputError, match=r"mask-0\.png is no picture any more"):
        kept.mask("a", "zoomiseg", 0, WORLD.cells[0])


def test_names_of_any_kind_make_different_folders_that_stay_in_theirs():
    names = ["a", "a.svs", "b/a.svs", "../a.svs", "ä ö.tif", "", ".", "x" * 300, "a b"]
    folders = [path_name(name) for name in names]
    assert len(set(folders)) == len(names)
    assert folders[0] == "a"
    assert all("/" not in name and "." not in name and 0 < len(name) <= 60 for name in folders)
