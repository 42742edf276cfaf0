from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoomiseg.geometry import Box
from zoomiseg.session import Session, SessionOptions

from .stubs import StubPredictors, StubSlide

WIDTH, HEIGHT = 4705, 2203
EVERYTHING = Box(0, 0, WIDTH, HEIGHT)


def small_slide(mpp: float = 0.5) -> StubSlide:
    return StubSlide(WIDTH, HEIGHT, mpp)


def open_small(**options: object) -> Session:
    return Session(small_slide(), predictors=StubPredictors(), options=SessionOptions(**options))


def weight(position: np.ndarray) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * (position + 0.5) / 1024)


def reference_low(session: Session) -> np.ndarray:
    """The low canvas by the words of the method: a weighted mean over the patches that were clicked."""
    grid = session.slide.grids.low
    y, x = np.mgrid[: grid.height, : grid.width]
    total, weights = np.zeros(y.shape), np.zeros(y.shape)
    for frame in session.low_patches():
        own = session.low_probability(frame)
        if not own.any():
            continue
        u, v = x - frame.box.x, y - frame.box.y
        inside = (u >= 0) & (v >= 0) & (u < 1024) & (v < 1024)
        each = np.where(inside, weight(u) * weight(v), 0)
        total += each * own[np.clip(v, 0, 1023), np.clip(u, 0, 1023)]
        weights += each
    return np.where(weights > 0, total / np.where(weights > 0, weights, 1), 0)


def reference_high(session: Session, *, feather: int) -> np.ndarray:
    """Low canvas enlarged, high patches over it in the order of opening."""
    grid = session.slide.grids.high
    low = cv2.copyMakeBorder(reference_low(session), 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    enlarged = cv2.resize(low, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)[8:-8, 8:-8]
    out = np.clip(enlarged, 0, 1)[: grid.height, : grid.width].copy()
    for view in session.high_patches:
        box, own = view.frame.box, session.high_probability(view.number)
        for row in range(max(box.y, 0), min(box.bottom, grid.height)):
            distance_y = min(
                row - box.y if box.y > 0 else 10**6,
                box.bottom - 1 - row if box.bottom < grid.height else 10**6,
            )
            left = np.arange(1024) if box.x > 0 else np.full(1024, 10**6)
            right = np.arange(1024)[::-1] if box.right < grid.width else np.full(1024, 10**6)
            alpha = rise(np.minimum(left, right), feather) * rise(np.array(distance_y), feather)
            begin, end = max(box.x, 0), min(box.right, grid.width)
            place = slice(begin - box.x, end - box.x)
            out[row, begin:end] += alpha[place] * (own[row - box.y, place] - out[row, begin:end])
    return out


def rise(distance: np.ndarray, feather: int) -> np.ndarray:
    if feather == 0:
        return np.ones_like(distance, float)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum((distance + 0.5) / feather, 1))


def click_around(session: Session) -> None:
    session.click(x=1500, y=700, label=1)
    session.click(x=3900, y=1100, label=1)
    session.click(x=3500, y=900, label=-1)
    session.click(x=1700, y=900, label=-1, scale="high")
    session.click(x=2300, y=1200, label=1, scale="high")
    session.click(x=2310, y=1290, label=1, scale="high")
    session.click(x=4600, y=2100, label=1, scale="high")


@pytest.mark.parametrize(("options", "feather"), [({}, 64), ({"seam_px": 20}, 20), ({"seam": "hard"}, 0)])
def test_the_composition_is_what_the_method_says(options: dict, feather: int) -> None:
    session = open_small(**options)
    click_around(session)
    assert [view.frame.box.x for view in session.high_patches] == [1188, 1788, 3684]
    np.testing.assert_allclose(session.read(EVERYTHING), reference_high(session, feather=feather), atol=3e-6)


def test_the_low_reading_is_the_canvas_or_the_average_of_what_lies_over_it() -> None:
    session = open_small()
    click_around(session)
    high = session.read(EVERYTHING).astype(np.float64)
    rows, columns = -(-HEIGHT // 4), -(-WIDTH // 4)
    padded = np.full((rows * 4, columns * 4), np.nan)
    padded[:HEIGHT, :WIDTH] = high
    averaged = np.nanmean(padded.reshape(rows, 4, columns, 4), axis=(1, 3))
    over = np.zeros((rows, columns), bool)
    for view in session.high_patches:
        box = view.frame.box
        over[box.y // 4 : box.bottom // 4, box.x // 4 : box.right // 4] = True
    expected = np.where(over, averaged, reference_low(session))
    np.testing.assert_allclose(session.read(EVERYTHING, mpp=2.0), expected, atol=1e-6)


@pytest.fixture(scope="module")
def busy() -> Session:
    """Both scales, two classes that overlap, a settled region over a patch and beside it."""
    session = open_small()
    click_around(session)
    session.settle(Box(2500, 900, 700, 600))
    session.click(x=3400, y=1000, label=-1)
    session.click(x=2000, y=800, label=1, class_="necrosis")
    session.click(x=2350, y=1300, label=1, scale="high", class_="necrosis")
    session.settle(Box(100, 100, 600, 300), class_="necrosis")
    session.click(x=1520, y=720, label=1)
    return session


@pytest.mark.parametrize("mpp", [0.25, 0.5, 0.7, 1.0, 2.0, 3.3, 8.0])
@pytest.mark.parametrize("class_", ["tumour", "necrosis"])
def test_a_pixel_is_the_same_to_the_bit_whatever_box_it_is_read_in(
    busy: Session, mpp: float, class_: str
) -> None:
    grid = busy.slide.grids.at(mpp)
    full = busy.read(EVERYTHING, mpp=mpp, class_=class_)
    assert full.shape == (grid.height, grid.width)

    @settings(max_examples=12, deadline=None)
    @given(
        x=st.integers(-200, WIDTH),
        y=st.integers(-200, HEIGHT),
        width=st.integers(1, 900),
        height=st.integers(1, 900),
    )
    def check(x: int, y: int, width: int, height: int) -> None:
        box = grid.covering(Box(x, y, width, height))
        expected = np.zeros((box.height, box.width), np.float32)
        if inside := box.intersection(grid.box):
            expected[inside.slices_in(box)] = full[inside.slices_in(grid.box)]
        assert np.array_equal(busy.read(Box(x, y, width, height), mpp=mpp, class_=class_), expected)

    check()


def test_outside_the_slide_and_where_nothing_was_clicked_all_is_zero(busy: Session) -> None:
    assert not busy.read(Box(-500, -500, 500, 3000)).any()
    assert not busy.read(Box(WIDTH + 3, 0, 100, HEIGHT), mpp=2.0).any()
    assert not busy.read(EVERYTHING, class_="never heard of").any()


def test_a_mask_is_where_the_probability_is_at_least_one_half(busy: Session) -> None:
    box = Box(1200, 500, 1500, 900)
    assert np.array_equal(busy.mask(box), busy.read(box) >= 0.5)
    assert np.array_equal(busy.mask(box, mpp=2.0), busy.read(box, mpp=2.0) >= 0.5)
    assert np.array_equal(busy.read_mask_high(box), busy.mask(box))
    grids = busy.slide.grids
    assert np.array_equal(busy.mask_on(grids.low, grids.low.covering(box)), busy.mask(box, mpp=2.0))
    assert busy.mask(box).any()


@pytest.mark.parametrize("class_", ["tumour", "necrosis"])
def test_outside_the_touched_boxes_nothing_is_anything_but_zero(busy: Session, class_: str) -> None:
    values = busy.read(EVERYTHING, class_=class_)
    for box in busy.touched(class_=class_):
        assert busy.slide.grids.high.box.encloses(box)
        values[box.slices_in(EVERYTHING)] = 0
    assert not values.any()
    assert busy.touched(class_="never heard of") == []


def test_a_pixel_that_two_classes_claim_belongs_to_the_newest_edit() -> None:
    session = open_small()
    here = Box(1990, 1090, 20, 20)
    session.click(x=2000, y=1100, label=1)
    assert session.mask(here).all()
    session.click(x=2000, y=1100, label=1, class_="necrosis")
    assert session.mask(here, class_="necrosis").all()
    assert not session.read(here).any()
    assert not session.read(here, mpp=2.0).any()
    session.click(x=2000, y=1100, label=1, scale="high")
    assert session.mask(here).all()
    assert not session.read(here, class_="necrosis").any()
    assert not session.read(here, mpp=2.0, class_="necrosis").any()
    session.undo()
    assert session.mask(here, class_="necrosis").all()
    assert not session.mask(here).any()
    assert session.classes == ("necrosis", "tumour")


def test_a_class_that_says_no_takes_nothing_from_another() -> None:
    session = open_small()
    session.click(x=2000, y=1100, label=1)
    before = session.read(EVERYTHING)
    session.click(x=2000, y=1100, label=-1, class_="necrosis")
    here = Box(1990, 1090, 20, 20)
    assert np.array_equal(session.read(here), before[here.slices_in(EVERYTHING)])


def test_a_slide_of_any_size_is_read_for_what_is_touched_alone() -> None:
    session = Session(StubSlide(400_000, 300_000), predictors=StubPredictors())
    session.click(x=300_000, y=200_000, label=1)
    overview = session.read(Box(0, 0, 400_000, 300_000), mpp=64.0)
    assert overview.shape == (2344, 3125)
    assert overview.any()
    assert len(session.touched()) == 1


@pytest.mark.parametrize("mpp", [0.25, 0.34, 1.1])
def test_slides_of_any_resolution_obey_their_clicks(mpp: float) -> None:
    session = Session(small_slide(mpp), predictors=StubPredictors())
    session.click(x=2000, y=1100, label=1)
    session.click(x=2900, y=1150, label=-1, scale="high")
    assert session.mask(Box(2000, 1100, 1, 1)).all()
    assert not session.mask(Box(2900, 1150, 1, 1)).any()


@pytest.mark.parametrize("mpp", [0.25, 0.5, 0.7, 1.0, 2.0, 3.3, 8.0])
def test_no_pixel_belongs_to_two_classes_at_any_resolution(busy: Session, mpp: float) -> None:
    tumour, necrosis = (busy.mask(EVERYTHING, mpp=mpp, class_=each) for each in busy.classes)
    assert tumour.any()
    assert necrosis.any()
    assert not (tumour & necrosis).any()
