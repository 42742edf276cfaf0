"""Masks from elsewhere as a start: shown under everything, fed to the first clicks, kept beside the log."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import AnnotationError, OutputError, SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import MaskImported, Session
from zoomiseg.session._imports import ImportStore

from .stubs import StubSlide

EVERYTHING = Box(0, 0, 5000, 4200)
SQUARE = [(1400, 1400), (2100, 1400), (2100, 2000), (1400, 2000)]
HOLE = [(1600, 1600), (1700, 1600), (1700, 1700)]


def start() -> np.ndarray:
    """A mask ten times smaller than the slide, with an island apart."""
    mask = np.zeros((420, 500), np.uint8)
    mask[30:200, 40:230] = 255
    mask[60:80, 60:90] = 0
    mask[400:404, 480:490] = 1
    return mask


@pytest.mark.parametrize("mpp", [0.5, 1.0, 2.0, 5.0])
def test_an_imported_mask_is_shown_at_any_resolution(session: Session, mpp: float) -> None:
    change = session.import_mask(start())
    assert change.changed == (Box(400, 300, 4500, 3740),)
    grid = session.slide.grids.at(mpp)
    y, x = np.mgrid[: grid.height, : grid.width] + 0.5
    expected = (
        start()[(y * grid.downsample[1] // 10).astype(int), (x * grid.downsample[0] // 10).astype(int)] > 0
    )
    shown = session.mask(EVERYTHING, mpp=mpp)
    if mpp in (0.5, 2.0):
        assert np.array_equal(shown, expected)
    else:
        assert (shown != expected).mean() < 0.003, "between the scales borders are interpolated or averaged"
    assert session.predictors.calls == 0


def test_polygons_are_imported_as_their_union_with_holes(session: Session) -> None:
    session.import_polygons([[SQUARE, HOLE], [[(2000, 1900), (2300, 1900), (2300, 2300)]]], class_="necrosis")
    session.polygon([SQUARE, HOLE], class_="tumour")
    session.polygon([[(2000, 1900), (2300, 1900), (2300, 2300)]], class_="tumour")
    here = Box(1350, 1350, 1000, 1000)
    drawn = session.mask(here)
    session.undo()
    session.undo()
    assert np.array_equal(session.mask(here, class_="necrosis"), drawn)


def test_the_first_low_click_starts_from_it_and_the_next_from_its_own(session: Session) -> None:
    session.import_mask(start())
    session.click(x=1000, y=1000, label=-1)
    first = session.predictors.low.masks[0]
    assert first is not None
    shown = np.repeat(np.repeat(start() > 0, 10, axis=0), 10, axis=1)
    rows, columns = np.arange(1024) * 4 + 2, np.arange(1024) * 4 + 2
    assert np.array_equal(first > 0, shown[np.ix_(rows, columns)])
    own = session.low_probability(session.low_patches()[0])
    session.click(x=1100, y=1000, label=-1)
    assert np.array_equal(session.predictors.low.masks[1], own)
    assert not session.read(Box(1000, 1000, 1, 1))[0, 0] >= 0.5
    # Beyond the patch, 1024 low pixels wide, the import is still what is shown.
    assert session.mask(Box(4800, 4000, 100, 40)).all()
    assert session.mask(Box(4800, 4000, 100, 40), mpp=2.0).all()


def test_the_first_high_click_starts_from_it_where_no_low_patch_lies(session: Session) -> None:
    session.import_mask(start())
    session.click(x=2200, y=1200, label=1, scale="high")
    mask, box = session.predictors.high.masks[0], session.high_patches[0].frame.box
    shown = np.repeat(np.repeat(start() > 0, 10, axis=0), 10, axis=1)
    assert np.array_equal(mask > 0.5, shown[box.slices_in(EVERYTHING)])
    session.click(x=1000, y=1000, label=-1)
    session.click(x=4200, y=3700, label=1, scale="high")
    mask, box = session.predictors.high.masks[1], session.high_patches[1].frame.box
    beyond = np.s_[4096 - box.y :, 4096 - box.x :]
    assert np.array_equal(mask[beyond] > 0.5, shown[box.slices_in(EVERYTHING)][beyond])
    under = np.s_[: 4000 - box.y, : 4000 - box.x]
    assert 0 < mask[under].max() < 0.5, "the low canvas, which the negative click made"


def test_where_it_touches_no_patch_nothing_is_fed(session: Session) -> None:
    mask = start()
    mask[300:] = 0
    session.import_mask(mask)
    session.click(x=3300, y=3300, label=1, scale="high")
    assert session.predictors.high.masks == [None]


def test_a_later_import_takes_its_place_and_an_undo_brings_it_back(session: Session) -> None:
    session.import_mask(start())
    first = session.read(EVERYTHING, mpp=2.0)
    session.import_polygons([[SQUARE]])
    assert session.mask(EVERYTHING, mpp=2.0).sum() == 175 * 150
    session.undo()
    assert np.array_equal(session.read(EVERYTHING, mpp=2.0), first)
    session.undo()
    assert not session.read(EVERYTHING, mpp=2.0).any()
    session.redo()
    assert np.array_equal(session.read(EVERYTHING, mpp=2.0), first)


def test_everything_lies_over_it(session: Session) -> None:
    session.import_mask(start(), op_id="start")
    session.stroke([(1000, 1000)], width_um=100, mode="erase")
    assert not session.read(Box(990, 990, 20, 20)).any()
    session.lock(Box(1500, 1500, 400, 400), op_id="lock")
    session.import_polygons([[[(0, 0), (9, 0), (0, 9)]]])
    assert session.mask(Box(1500, 1500, 400, 400)).all(), "what is locked stays"
    assert not session.mask(Box(1200, 1200, 100, 100)).any()
    with pytest.raises(SessionError, match="made a part of a locked region"):
        session.delete("start")


def test_what_was_settled_keeps_the_import_that_it_showed(session: Session) -> None:
    session.import_mask(start())
    session.settle(Box(1200, 1200, 400, 400))
    session.import_polygons([[SQUARE]])
    assert session.mask(Box(1200, 1200, 400, 400)).all()
    session.undo()
    session.click(x=1100, y=1100, label=-1)
    assert session.mask(Box(1200, 1200, 400, 400)).all()


def test_the_newest_of_two_classes_has_the_pixel(session: Session) -> None:
    session.click(x=1500, y=1500, label=1, class_="necrosis")
    session.import_mask(start())
    for mpp in (2.0, 5.0):
        tumour, necrosis = (session.mask(EVERYTHING, mpp=mpp, class_=c) for c in ("tumour", "necrosis"))
        assert not (tumour & necrosis).any()
    assert session.mask(Box(1495, 1495, 10, 10)).all()


def test_it_is_kept_in_the_folder_and_survives_a_restart(open_session, folder) -> None:
    first = open_session()
    first.import_mask(start(), op_id="start")
    first.click(x=1000, y=1000, label=-1)
    shown = first.read(EVERYTHING, mpp=2.0)
    first.close()
    (file,) = (folder / "imports").iterdir()
    payload = first.events[0].payload
    assert payload == MaskImported(file.name, Box(400, 300, 4500, 3740))
    assert file.stat().st_size < 2000
    again = open_session()
    assert np.array_equal(again.read(EVERYTHING, mpp=2.0), shown)
    assert again.import_mask(start(), op_id="start").revision == 1
    assert again.notices == []
    with pytest.raises(SessionError, match="'start' was used before"):
        again.import_mask(start().T[:420, :420].repeat(2, axis=1)[:, :500], op_id="start")


@pytest.mark.parametrize("damage", ["gone", "flipped"])
def test_a_lost_mask_is_told_and_the_rest_of_the_session_opens(open_session, folder, damage: str) -> None:
    first = open_session()
    first.import_mask(start())
    first.click(x=1000, y=1000, label=-1)
    predicted = first.low_probability(first.low_patches()[0])
    first.close()
    (file,) = (folder / "imports").iterdir()
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    again = open_session()
    assert [notice[:17] for notice in again.notices] == ["The imported mask"]
    assert len(again.events) == 2
    assert np.array_equal(again.low_probability(again.low_patches()[0]), predicted)
    assert not again.read(Box(4800, 4000, 100, 40)).any()


def test_masks_that_cannot_be_used_or_saved_are_refused(open_session, folder) -> None:
    session = open_session()
    for sentence, mask in {
        "of 500 x 500 pixels has another aspect than the slide of 5000 x 4200": np.ones((500, 500)),
        "The imported mask is empty": np.zeros((420, 500)),
        "two dimensions, got 3": np.ones((4, 5, 3)),
    }.items():
        with pytest.raises(AnnotationError, match=sentence):
            session.import_mask(mask)
    with pytest.raises(AnnotationError, match="empty"):
        session.import_polygons([[[(-9, -9), (-5, -9), (-5, -5)]]])
    for file in (folder / "imports").iterdir():
        file.unlink()
    (folder / "imports").rmdir()
    (folder / "imports").write_text("in the way")
    with pytest.raises(OutputError, match="The mask could not be saved"):
        session.import_mask(start())
    assert session.revision == 0


def test_a_mask_of_many_tiles_is_read_where_it_is_asked_for() -> None:
    mask = np.zeros((2500, 3000), np.bool_)
    mask[1000:1100, 900:2100] = True
    store = ImportStore(None)
    name, stored = store.put(_Source(mask))
    assert stored.box == Box(900, 1000, 1200, 100)
    assert sorted(stored.tiles) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    slide = StubSlide(3000, 2500)
    sampled = stored.sampled(slide.grids.high, Box(-10, 990, 3100, 60), slide.grids.slide.box)
    assert np.array_equal(sampled[:, 10:3010] > 0, mask[990:1050])
    assert not sampled[:, :10].any()
    assert store.get(name) is stored


class _Source:
    def __init__(self, mask: np.ndarray) -> None:
        self.height, self.width = mask.shape
        self._mask = mask

    def read(self, box: Box) -> np.ndarray:
        return self._mask[box.slices_in(Box(0, 0, self.width, self.height))]
