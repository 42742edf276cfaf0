"""Click curves over a manifest's images, and what is reported of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from zoomiseg.datasets import Pair
from zoomiseg.errors import ManifestError
from zoomiseg.experiment import (
    Curve,
    PatchReport,
    evaluate_patches,
    predictor_method,
    resampled_pair,
)


@pytest.fixture
def pair(tmp_path):
    """Return a function that writes an image and a mask and returns their pair."""

    def write(mask, *, image=None, mpp=1.0, name="a") -> Pair:
        pixels = np.zeros((*mask.shape, 3), np.uint8) if image is None else image
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        Image.fromarray(mask.astype(np.uint8)).save(tmp_path / f"{name}-mask.png")
        return Pair(tmp_path / f"{name}.png", tmp_path / f"{name}-mask.png", mpp=mpp)

    return write


def filled(pixels: int) -> np.ndarray:
    """Return a mask of 10 x 10 whose first `pixels` in raster order are target."""
    return (np.arange(100) < pixels).reshape(10, 10)


def everything(image, points, previous):
    return np.ones(image.shape[:2], np.float32)


def test_images_nearly_empty_or_nearly_full_are_counted_apart(pair):
    pairs = [pair(filled(count), name=str(count)) for count in (1, 2, 30, 98, 99)]
    report = evaluate_patches(pairs, everything, mpp=1.0, most=1)
    assert report.apart == 2
    assert report.foreground == (0.02, 0.3, 0.98)
    assert [curve.ious for curve in report.curves] == [(0.02,), (0.3,), (0.98,)]


def test_progress_counts_every_image(pair):
    seen = []
    pairs = [pair(filled(count), name=str(count)) for count in (1, 30)]
    evaluate_patches(pairs, everything, mpp=1.0, most=1, progress=lambda *now: seen.append(now))
    assert seen == [(1, 2), (2, 2)]


def test_nothing_to_measure_is_an_error(pair):
    with pytest.raises(ManifestError, match=r"^None of the 1 images has between 2% and 98% foreground\.$"):
        evaluate_patches([pair(filled(0))], everything, mpp=1.0)


def test_figures_are_those_of_the_curves():
    quick = Curve(ious=(0.5, 0.82, 0.95), points=(), obeyed=(1.0, 1.0, 1.0))
    stuck = Curve(ious=(0.6, *[0.84] * 19), points=(), obeyed=(0.5,) * 20)
    report = PatchReport(curves=(quick, stuck), foreground=(0.25, 0.35), apart=4)
    assert report.figures() == {
        "noc80": 2.0,
        "noc85": (3 + 20) / 2,
        "noc90": (3 + 20) / 2,
        "failures": {"80": 0, "85": 1, "90": 1},
        "iou_at": pytest.approx({"1": 0.55, "3": 0.895, "5": 0.895, "10": 0.895}),
        "obeyed": pytest.approx((3 * 1 + 20 * 0.5) / 23),
        "images": 2,
        "images_apart": 4,
        "all_foreground_iou": pytest.approx(0.3),
    }


def test_a_shrunk_pixel_is_the_mean_of_its_area(pair):
    image = np.random.default_rng(1).integers(0, 256, (6, 8, 3), np.uint8)
    small, _ = resampled_pair(pair(np.ones((6, 8)), image=image, mpp=0.5), 1.0)
    means = image.reshape(3, 2, 4, 2, 3).mean(axis=(1, 3))
    assert small.shape == (3, 4, 3)
    assert np.abs(small - means).max() <= 0.5


def test_a_shrunk_pixel_is_target_where_at_least_half_of_it_is(pair):
    mask = np.array([[1, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0]])
    _, small = resampled_pair(pair(mask, mpp=0.5), 1.0)
    np.testing.assert_array_equal(small, [[True, True, False, False]])


def test_an_image_at_the_asked_scale_is_left_alone(pair):
    image = np.random.default_rng(2).integers(0, 256, (5, 7, 3), np.uint8)
    found, mask = resampled_pair(pair(np.eye(5, 7), image=image, mpp=2.0), 2.0)
    np.testing.assert_array_equal(found, image)
    np.testing.assert_array_equal(mask, np.eye(5, 7) > 0)


def test_an_enlarged_image_keeps_its_places(pair):
    half = np.zeros((4, 8), bool)
    half[:, 4:] = True
    image = np.where(half[..., None], [200, 40, 90], [20, 180, 60]).astype(np.uint8)
    large, mask = resampled_pair(pair(half, image=image, mpp=2.0), 1.0)
    assert large.shape == (8, 16, 3)
    np.testing.assert_array_equal(mask, np.kron(half, np.ones((2, 2))) > 0)
    np.testing.assert_array_equal(large[:, :4], np.broadcast_to([20, 180, 60], (8, 4, 3)))
    np.testing.assert_array_equal(large[:, 12:], np.broadcast_to([200, 40, 90], (8, 4, 3)))


@pytest.mark.parametrize(("mpp", "size"), [(0.62, (324, 480)), (1.1, (574, 853))])
def test_sizes_are_rounded_to_whole_pixels(pair, mpp, size):
    image, mask = resampled_pair(pair(np.ones((522, 775)), mpp=mpp), 1.0)
    assert image.shape[:2] == mask.shape == size


def test_a_pair_without_mpp_is_refused(pair):
    with pytest.raises(ManifestError, match=r"^a\.png has no mpp in its manifest\.$"):
        resampled_pair(pair(np.ones((3, 3)), mpp=None), 1.0)


def test_a_predictor_gets_the_whole_image_and_clicks_on_their_pixels():
    class Recorder:
        identity = "recorder"

        def warm_up(self):
            raise AssertionError

        def predict(self, patch, clicks, *, mask_input=None):
            self.seen = patch, clicks, mask_input
            return np.ones(patch.image.shape[:2], np.float32)

    recorder, image = Recorder(), np.zeros((4, 6, 3), np.uint8)
    previous = np.full((4, 6), 0.25, np.float32)
    predictor_method(recorder, 2.0)(image, [(5, 3, 1), (0, 1, -1)], previous)
    patch, clicks, mask_input = recorder.seen
    assert patch.image is image
    assert mask_input is previous
    assert patch.frame.grid.mpp == (2.0, 2.0)
    assert (patch.frame.box.width, patch.frame.box.height) == (6, 4)
    assert patch.frame.inside == patch.frame.box
    assert [(*patch.frame.pixel_of(click), click.label) for click in clicks] == [(5, 3, 1), (0, 1, -1)]
