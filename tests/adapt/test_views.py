"""What a network sees in a view, and where what it says lies on the patch."""

from __future__ import annotations

import numpy as np
import pytest

from zoomiseg.adapt import AdaptedPredictor, adaptation
from zoomiseg.adapt._views import VIEWS, Question, View, together, viewed, viewed_back, viewed_image
from zoomiseg.guidance import guidance
from zoomiseg.predict import AheadPredictor, load_predictors, normalised
from zoomiseg.predict._preprocess import network_input

from .test_predictor import CLICKS, patch

POINTS = ((10, 20, 1), (40, 5, -1))
SIZE = (32, 48)


def picture() -> np.ndarray:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    return np.stack([rows, columns, rows + columns])[None]


def question() -> Question:
    mask = (picture()[0, 1] / SIZE[1]).astype(np.float32)
    return Question(guidance(POINTS, mask, *SIZE, radius_px=3)[None], POINTS)


def test_the_patch_as_it_is_stays_untouched() -> None:
    asked = question()
    assert viewed(asked, View(), radius_px=3) is asked
    image = picture()
    assert viewed_image(image, View()) is image


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("magnification", [0.75, 1.5])
def test_a_view_shows_every_place_where_it_is(magnification: float, mirrored: bool) -> None:
    view = View(magnification, mirrored)
    seen, image = viewed(question(), view, radius_px=3), viewed_image(picture(), view)
    height, width = image.shape[2:]
    assert seen.guidance.shape == image.shape
    assert (height, width) == (SIZE[0] * magnification, SIZE[1] * magnification)
    for (column, row, label), (there, down, same) in zip(POINTS, seen.points, strict=True):
        shown_row, shown_column, _ = image[0, :, down, there]
        assert abs(shown_row - row) <= 1
        assert abs(shown_column - column) <= 1
        assert same == label
        assert seen.guidance[0, 0 if label > 0 else 1, down, there] == 1
        assert seen.guidance[0, 2, down, there] == pytest.approx(column / SIZE[1], abs=1.5 / SIZE[1])
    ramp = viewed_back(image[0, 1], view, SIZE)
    np.testing.assert_allclose(ramp[:, 2:-2], picture()[0, 1][:, 2:-2], atol=0.3)


def test_disks_keep_their_size_in_the_networks_pixels() -> None:
    seen = viewed(question(), View(2.0), radius_px=3)
    assert seen.guidance[0, 0].sum() == question().guidance[0, 0].sum()


def test_views_speak_with_one_voice() -> None:
    one, other = np.full(SIZE, 1, np.float32), np.full(SIZE, 4, np.float32)
    assert together([one]) is one
    assert np.array_equal(together([one, other]), np.full(SIZE, 2.5, np.float32))


@pytest.mark.parametrize("scale", ["low", "high"])
def test_an_answer_is_the_mean_of_what_the_network_says_of_each_view(scale: str) -> None:
    base, given = getattr(load_predictors("compact"), scale), patch()
    answer = AdaptedPredictor(base, adaptation("views")).predict(given, CLICKS)
    network = AdaptedPredictor(base, adaptation("off"))
    points = tuple((*given.frame.pixel_of(click), click.label) for click in CLICKS)
    fed = network_input(given, CLICKS, None, base.card)
    said = []
    for view in VIEWS[base.card.network]:
        asked = viewed(Question(fed.guidance, points), view, radius_px=base.card.click_radius_px)
        image = viewed_image(normalised(fed.pixels, base.card)[None], view)
        logits = network._logits(network._looks[0], image, asked, network._places(()), network._untuned)
        said.append(viewed_back(logits, view, (160, 192)))
    expected = 1 / (1 + np.exp(-np.mean(said, axis=0)))
    far = np.abs(expected - 0.5) > 0.02
    np.testing.assert_allclose(answer[far], expected[far], atol=1e-3)


@pytest.mark.parametrize("scale", ["low", "high"])
def test_a_patch_is_seen_once_in_every_view_whoever_looks_first(
    scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor, given = (
        AdaptedPredictor(getattr(load_predictors("compact"), scale), adaptation("views")),
        patch(),
    )
    assert isinstance(predictor, AheadPredictor)
    expected = predictor.predict(given, CLICKS)
    later = AdaptedPredictor(getattr(load_predictors("compact"), scale), adaptation("views"))
    later.look_at(given)

    def never(*_inputs: object) -> None:
        raise AssertionError("looked again")

    for look in later._looks:
        monkeypatch.setattr(look, "_see", never)
    assert later.predict(given, CLICKS).tobytes() == expected.tobytes()
