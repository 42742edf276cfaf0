"""Segment Anything behind the protocol, against its authors' own predictor."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from zoomiseg.experiment.baselines._sam import SegmentAnything

from .tiny_sam import SIDE, tiny_sam

CPU = torch.device("cpu")


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def sam() -> SegmentAnything:
    return SegmentAnything(tiny_sam(), device=CPU)


@pytest.fixture
def authors_predictor(monkeypatch):
    """Return the class `SamPredictor`; of torchvision it needs only what Pillow does."""
    parts = {name: ModuleType(name) for name in ("torchvision", "torchvision.ops", "torchvision.transforms")}
    boxes, functional = ModuleType("torchvision.ops.boxes"), ModuleType("torchvision.transforms.functional")
    boxes.batched_nms = boxes.box_area = None
    functional.to_pil_image = Image.fromarray
    functional.resize = lambda image, size: image.resize(size[::-1], Image.Resampling.BILINEAR)
    for module in (*parts.values(), boxes, functional):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    tiny_sam()
    from segment_anything import SamPredictor

    yield SamPredictor
    for name in [name for name in sys.modules if name.split(".")[0] == "segment_anything"]:
        del sys.modules[name]


@pytest.mark.parametrize(("height", "width"), [(SIDE, SIDE), (30, 40), (100, 75)])
def test_clicks_are_answered_as_by_its_authors_predictor(authors_predictor, height, width):
    image = picture(height, width)
    clicks = [(5, 7, 1), (width - 1, 20, -1), (20, height - 1, 1)]
    theirs, logits, ours = authors_predictor(tiny_sam()), None, sam()
    theirs.set_image(image)
    ratio = SIDE / max(height, width)
    for count in (1, 2, 3):
        columns_rows = np.array([click[:2] for click in clicks[:count]])
        masks, scores, low = theirs.predict(
            # Theirs adds half of a model's pixel; a click is the centre of the image's own.
            columns_rows + 0.5 - 0.5 / ratio,
            np.array([label > 0 for *_, label in clicks[:count]]),
            mask_input=logits,
            multimask_output=count == 1,
            return_logits=True,
        )
        best = scores.argmax()
        logits = low[best][None]
        probability = ours.predict(image, clicks[:count])
        assert probability.dtype == np.float32
        assert probability.shape == (height, width)
        np.testing.assert_allclose(probability, 1 / (1 + np.exp(-masks[best])), atol=1e-5)
    assert probability.std() > 1e-3


def test_an_image_is_encoded_once_however_often_it_is_clicked():
    model, encoded = tiny_sam(), []
    model.image_encoder.register_forward_hook(lambda *_: encoded.append(1))
    method, first, second = SegmentAnything(model, device=CPU), picture(40, 40), picture(40, 40, 1)
    for image, seen in ((first, 1), (first.copy(), 1), (second, 2), (second, 2)):
        method.predict(image, [(5, 5, 1)])
        method.predict(image, [(5, 5, 1), (9, 9, -1)])
        assert len(encoded) == seen


def test_an_answer_depends_on_image_and_clicks_alone():
    image, clicks = picture(48, 64), [(5, 7, 1), (30, 20, -1), (50, 40, 1)]
    method = sam()
    step_by_step = [method.predict(image, clicks[:count]) for count in (1, 2, 3)]
    np.testing.assert_array_equal(sam().predict(image, clicks), step_by_step[2])
    # One click is undone and another made, and the first comes back.
    other = method.predict(image, [*clicks[:2], (9, 9, -1)])
    np.testing.assert_array_equal(method.predict(image, clicks[:2]), step_by_step[1])
    np.testing.assert_array_equal(method.predict(image, clicks), step_by_step[2])
    assert not np.array_equal(other, step_by_step[2])
    method.predict(picture(48, 64, 1), clicks[:1])
    np.testing.assert_array_equal(method.predict(image, clicks), step_by_step[2])


def test_the_image_is_spared_even_if_it_changes_in_place():
    method, image = sam(), picture(40, 40)
    before = image.copy()
    first = method.predict(image, [(5, 5, 1)])
    np.testing.assert_array_equal(image, before)
    image[:] = 255 - image
    assert not np.array_equal(method.predict(image, [(5, 5, 1)]), first)
