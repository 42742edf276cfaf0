import cv2
import numpy as np
import pytest

from zoomiseg.samples import best_threshold
from zoomiseg.samples._deconvolution import haematoxylin_eosin
from zoomiseg.slide import open_slide


def opened(path, image, mpp=0.5):
    assert cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return open_slide(path, mpp=mpp)


def reader(truth):
    return lambda box: truth[box.y : box.bottom, box.x : box.right]


def tissue(seed, width=512, height=384):
    """Noise, with tumour bluer than the rest."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    truth = np.sin(x / 61) + np.cos(y / 47) > 0.5
    image = rng.normal((200, 140, 190), 25, (height, width, 3))
    image[truth] -= (70, 10, 0)
    return np.clip(image, 1, 255).astype(np.uint8), truth


def iou(mask, truth):
    return np.count_nonzero(mask & truth) / np.count_nonzero(mask | truth)


def local_mean(plane, window):
    """Of the pixels that there are, by summed areas in double precision."""
    half = window // 2
    table = np.pad(plane.astype(float).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    height, width = plane.shape
    top, bottom = (np.clip(np.arange(height) + by, 0, height)[:, None] for by in (-half, half + 1))
    left, right = (np.clip(np.arange(width) + by, 0, width)[None, :] for by in (-half, half + 1))
    total = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    return total / ((bottom - top) * (right - left))


def by_hand(image, truth):
    """Every channel and window at the high scale, thresholds on a fine raster, on the whole image."""
    stains = haematoxylin_eosin(image)
    planes = {"haematoxylin": stains[..., 0], "eosin": stains[..., 1]}
    planes |= {
        name: image[..., index].astype(np.float32) for index, name in enumerate(("red", "green", "blue"))
    }
    results = {}
    for name, plane in planes.items():
        for window in (1, 33, 129, 513):
            values = local_mean(plane, window)
            levels = np.quantile(values, np.linspace(0, 1, 201))
            results[name, window // 2] = max(
                max(iou(values >= level, truth), iou(values < level, truth)) for level in levels
            )
    return results


def test_a_threshold_that_splits_the_slide_is_found_with_its_direction(tmp_path):
    truth = np.zeros((300, 400), bool)
    truth[40:200, 80:240] = True
    image = np.full((300, 400, 3), (210, 180, 200), np.uint8)
    image[truth] = (120, 180, 200)
    with opened(tmp_path / "a.png", image) as slide:
        found = best_threshold(slide, reader(truth))
    assert found.iou == found.iou_low == 1
    assert found.feature.channel in ("haematoxylin", "red")
    if found.feature.channel == "red":
        assert not found.above
        assert 120 < found.value <= 210


def test_it_is_as_good_as_trying_all_of_them_by_hand(tmp_path):
    image, truth = tissue(1)
    with opened(tmp_path / "a.png", image) as slide:
        found = best_threshold(slide, reader(truth))
    results = by_hand(image, truth)
    assert found.iou == pytest.approx(max(results.values()), abs=0.02)
    assert found.iou > iou(np.ones_like(truth), truth)


def test_the_value_gives_the_iou(tmp_path):
    image, truth = tissue(2)
    with opened(tmp_path / "a.png", image) as slide:
        found = best_threshold(slide, reader(truth))
    window = 2 * round(found.feature.window_um) + 1 if found.feature.window_um else 1
    stains = haematoxylin_eosin(image)
    plane = {"haematoxylin": stains[..., 0], "eosin": stains[..., 1]}.get(found.feature.channel)
    if plane is None:
        plane = image[..., ["red", "green", "blue"].index(found.feature.channel)].astype(np.float32)
    values = local_mean(plane, window)
    mask = values >= found.value if found.above else values < found.value
    assert iou(mask, truth) == pytest.approx(found.iou, abs=0.002)


def test_on_an_empty_truth_every_threshold_is_worth_nothing(tmp_path):
    image, truth = tissue(3)
    with opened(tmp_path / "a.png", image) as slide:
        assert best_threshold(slide, reader(np.zeros_like(truth))).iou == 0
