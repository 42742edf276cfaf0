"""Edits by hand over predictions, and what clicks do to them."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Session
from zoomiseg.session._shapes import mask_of

EVERYTHING = Box(0, 0, 5000, 4200)
HERE = Box(1200, 1200, 1200, 1000)
LINE = [(1300.0, 1300.0), (1900.0, 1700.5)]
SQUARE = [(1400.0, 1400.0), (2100.0, 1400.0), (2100.0, 2000.0), (1400.0, 2000.0)]
HOLE = [(1600.0, 1600.0), (1700.0, 1600.0), (1700.0, 1700.0)]


def drawn_mask(session: Session, mpp: float) -> np.ndarray:
    """The shape of the newest edit in force, on its own."""
    grid = session.slide.grids.at(mpp)
    return mask_of(session.events[-1].payload, grid, grid.covering(HERE))


@pytest.mark.parametrize("mpp", [0.25, 0.5, 1.3, 2.0, 8.0])
@pytest.mark.parametrize("shape", ["stroke", "polygon"])
def test_a_shape_is_one_or_zero_and_leaves_the_rest_as_it_was(
    session: Session, mpp: float, shape: str
) -> None:
    session.click(x=1500, y=1500, label=1)
    session.click(x=2000, y=1800, label=-1, scale="high")
    before = session.read(HERE, mpp=mpp)
    for mode, value in (("add", 1), ("erase", 0)):
        if shape == "stroke":
            change = session.stroke(LINE, width_um=60, mode=mode)
            assert change.changed == (Box(1240, 1240, 720, 521),)
        else:
            change = session.polygon([SQUARE, HOLE], mode=mode)
            assert change.changed == (Box(1400, 1400, 700, 600),)
        mask = drawn_mask(session, mpp)
        assert mask.any()
        assert np.array_equal(session.read(HERE, mpp=mpp), np.where(mask, np.float32(value), before))
        session.undo()
        assert np.array_equal(session.read(HERE, mpp=mpp), before)


def test_a_shape_where_nothing_was_predicted_is_all_there_is(session: Session) -> None:
    session.polygon([SQUARE], class_="necrosis")
    assert session.mask(EVERYTHING, class_="necrosis").sum() == 700 * 600
    assert session.mask(EVERYTHING, mpp=8.0, class_="necrosis").any()
    assert session.touched(class_="necrosis") == [Box(1400, 1400, 700, 600)]
    session.polygon([HOLE], mode="erase", class_="tumour")
    assert session.touched(class_="tumour") == []
    assert session.predictors.calls == 0


def test_the_newest_edit_by_hand_is_on_top(session: Session) -> None:
    session.polygon([SQUARE])
    session.stroke(LINE, width_um=40, mode="erase")
    assert not session.read(Box(1500, 1433, 2, 2)).any()
    session.stroke([(1500, 1433)], width_um=5)
    assert session.mask(Box(1500, 1433, 2, 2)).all()
    assert not session.mask(Box(1530, 1453, 2, 2)).any()


def test_a_stroke_survives_clicks_elsewhere_in_its_patch(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.stroke(LINE, width_um=60, mode="erase")
    mask = drawn_mask(session, 0.5)
    session.click(x=1400, y=2100, label=1)
    session.click(x=1350, y=1900, label=1, scale="high")
    assert not session.read(HERE)[mask].any()
    session.click(x=1500, y=1433, label=-1)
    assert not session.read(HERE)[mask].any(), "a click that says the same takes nothing back"


@pytest.mark.parametrize(
    ("scale", "patch"), [("low", Box(0, 0, 4096, 4096)), ("high", Box(984, 920, 1024, 1024))]
)
@pytest.mark.parametrize("mode", ["add", "erase"])
def test_an_edit_gives_way_to_a_click_on_it_that_says_the_opposite(
    session: Session, scale: str, patch: Box, mode: str
) -> None:
    session.click(x=1500, y=1500, label=1 if mode == "erase" else -1)
    session.stroke([(1496, 1432), (4900, 1432)], width_um=60, mode=mode)
    session.stroke([(3000, 3000)], width_um=60, mode=mode)
    label = 1 if mode == "erase" else -1
    session.click(x=1496, y=1432, label=label, scale=scale)
    inside = Box(1490, 1430, 12, 4)
    predicted = session.mask(inside)
    assert predicted.all() if label > 0 else not predicted.any()
    beyond = session.read(Box(patch.right, 1400, 4900 - patch.right, 64))
    assert (beyond == (mode == "add")).all(), "beyond the patch the stroke stays"
    assert (session.read(Box(2990, 2990, 20, 20)) == (mode == "add")).all(), "as do others"
    session.undo()
    assert (session.read(inside) == (mode == "add")).all()


def test_what_was_added_by_hand_is_taken_by_no_other_classs_prediction(session: Session) -> None:
    session.stroke(LINE, width_um=60)
    mask = drawn_mask(session, 0.5)
    session.click(x=1400, y=1500, label=1, class_="necrosis")
    assert session.mask(HERE)[mask].all()
    assert not session.mask(HERE, class_="necrosis")[mask].any()
    assert session.mask(Box(1400, 1500, 1, 1), class_="necrosis").all()
    session.click(x=1500, y=1433, label=1, class_="necrosis")
    assert session.mask(Box(1500, 1433, 1, 1), class_="necrosis").all()
    assert not session.mask(Box(1500, 1433, 1, 1)).any()


def test_a_class_added_by_hand_takes_the_pixels_from_all_others(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.polygon([SQUARE], class_="necrosis")
    assert not session.mask(Box(1400, 1400, 700, 600)).any()
    session.stroke([(1500, 1500)], width_um=20)
    assert session.mask(Box(1495, 1495, 10, 10)).all()
    assert not session.mask(Box(1495, 1495, 10, 10), class_="necrosis").any()
    for mpp in (0.5, 1.0, 2.0, 5.0):
        tumour, necrosis = (session.mask(HERE, mpp=mpp, class_=each) for each in ("tumour", "necrosis"))
        assert not (tumour & necrosis).any()


def test_where_a_class_was_erased_an_older_claim_of_another_shows_again(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    session.click(x=1500, y=1500, label=1, class_="necrosis")
    there = Box(1495, 1495, 10, 10)
    assert not session.mask(there).any()
    session.stroke([(1500, 1500)], width_um=20, mode="erase", class_="necrosis")
    for mpp in (0.5, 2.0):
        assert session.mask(there, mpp=mpp).all()
        assert not session.mask(there, mpp=mpp, class_="necrosis").any()


def test_a_stroke_can_be_deleted_and_comes_back(session: Session) -> None:
    session.click(x=1500, y=1500, label=1)
    before = session.read(HERE)
    session.stroke(LINE, width_um=60, mode="erase", op_id="stroke")
    session.click(x=4900, y=4100, label=1)
    drawn = session.read(HERE)
    assert session.delete("stroke").changed == (Box(1240, 1240, 720, 521),)
    assert np.array_equal(session.read(HERE), before)
    session.undo()
    assert np.array_equal(session.read(HERE), drawn)


def test_edits_survive_a_restart(open_session) -> None:
    first = open_session()
    first.click(x=1500, y=1500, label=1)
    first.stroke(LINE, width_um=60, mode="erase", op_id="stroke")
    first.polygon([SQUARE, HOLE], class_="necrosis")
    shown = [first.read(HERE, class_=each) for each in first.classes]
    first.close()
    again = open_session()
    assert all(
        np.array_equal(again.read(HERE, class_=each), then)
        for each, then in zip(first.classes, shown, strict=True)
    )
    assert again.stroke(LINE, width_um=60, mode="erase", op_id="stroke").revision == 2
    with pytest.raises(SessionError, match="'stroke' was used before"):
        again.stroke(LINE, width_um=61, mode="erase", op_id="stroke")


def test_drawings_without_sense_are_refused(session: Session) -> None:
    for sentence, act in {
        "at least one point": lambda: session.stroke([], width_um=3),
        "positive number of µm, got -1": lambda: session.stroke(LINE, width_um=-1),
        "finite coordinates": lambda: session.stroke([(1, float("inf"))], width_um=3),
        "in mode add or erase, got 'paint'": lambda: session.stroke(LINE, width_um=3, mode="paint"),
        "a ring at least three points": lambda: session.polygon([LINE]),
        "at most 100000 points, got 100001": lambda: session.stroke([(1, 1)] * 100_001, width_um=3),
        "The stroke has no pixel on the slide": lambda: session.stroke([(-50, 10)], width_um=3),
        "The polygon has no pixel on the slide": lambda: session.polygon([[(-5, -5), (-9, -5), (-9, -9)]]),
    }.items():
        with pytest.raises(SessionError, match=sentence):
            act()
    assert session.revision == 0
