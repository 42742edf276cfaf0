"""The robot's figures against those of `evaluate-patches`, and against curves made up for it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.experiment import PatchTest, PredictorMethod, evaluate_patches, image_subjects
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions
from zoomiseg.predict import TorchPredictor
from zoomiseg.training import Figures, Validation, ValidationSet
from zoomiseg.training._batch import Share
from zoomiseg.training._tiles import stored_parts
from zoomiseg.training._validation import _row, validate

from .stubs import tiny_recipe, validation_set


class Listening(nn.Module):
    """Marks what looks like the target, and around its clicks what they say."""

    def __init__(self) -> None:
        super().__init__()
        self.reach = nn.Conv2d(1, 1, 15, padding=7, bias=False)
        self.reach.weight.data[:] = 0.5

    def forward(self, image, guidance):
        clicks = guidance[:, :1] - guidance[:, 1:2]
        return -1.5 * image.mean(dim=1, keepdim=True) - 1.5 + self.reach(clicks) + 0.2 * guidance[:, 2:]


CARD = Card(
    name="listening",
    network="compact-unet16",
    options=SkipOptions(),
    scale="low",
    mpp=2.0,
    click_radius_px=1,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    pad_to_patch=False,
    data="",
    licence="",
    recipe="",
    seeds=(),
    figures={},
)


def alone(network: nn.Module, sets) -> Validation:
    return validate(network, sets, tiny_recipe(), share=Share(), gather=lambda rows: rows)


@pytest.fixture
def pairs(write_pair):
    """Three noisy images at 1 µm, none of them easy."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(3):
        mask = np.zeros((90, 120), bool)
        for _ in range(5):
            row, column = rng.integers(0, (70, 100))
            mask[row : row + 20, column : column + 20] = True
        smooth = np.kron(rng.normal(0, 40, (9, 12)), np.ones((10, 10)))
        grey = np.clip(np.where(mask, 110, 190) + smooth + rng.normal(0, 12, mask.shape), 0, 255)
        found.append(write_pair(np.stack([grey.astype(np.uint8)] * 3, axis=-1), mask))
    return found


def test_figures_are_those_of_evaluate_patches(pairs):
    parts = [part for pair in pairs for part in stored_parts(pair, mpp=(2.0, 2.0), size=64)]
    found = alone(Listening(), [ValidationSet("val", 2.0, tuple(parts))]).figures["val"]
    method = PredictorMethod(TorchPredictor(Listening(), CARD), 2.0)
    curves = [result.curve for result in evaluate_patches(image_subjects(pairs, 2.0), method, PatchTest())]
    assert found.images == len(curves) == 3
    assert found.noc == pytest.approx(
        [np.mean([curve.clicks_to(quality)[0] for curve in curves]) for quality in (0.80, 0.85, 0.90)]
    )
    assert found.failures == sum(not curve.clicks_to(0.85)[1] for curve in curves)
    after = [np.mean([curve.iou_after(count) for curve in curves]) for count in (1, 3, 5, 10)]
    assert found.iou == pytest.approx(after, abs=1e-6)
    assert len({round(value, 3) for value in after}) > 2


@pytest.mark.parametrize(
    ("ious", "row"),
    [
        ([0.9], [1, 1, 1, False, 0.9, 0.9, 0.9, 0.9]),
        ([0.5, 0.82, 0.7, 0.86, 0.87], [2, 4, 20, False, 0.5, 0.7, 0.87, 0.87]),
        ([0.1 + 0.01 * number for number in range(20)], [20, 20, 20, True, 0.1, 0.12, 0.14, 0.19]),
    ],
)
def test_a_row_counts_clicks_and_what_never_gets_there_as_twenty(ious, row):
    assert _row(ious) == pytest.approx(row)


def test_processes_that_share_the_images_find_what_one_finds():
    sets = [validation_set(5)]
    rows = []

    def gather(found):
        rows.append(found)
        return found

    for rank in range(2):
        validate(Listening(), sets, tiny_recipe(), share=Share(rank, 2), gather=gather)
    summed = validate(
        Listening(), sets, tiny_recipe(), share=Share(0, 2), gather=lambda found: found + rows[1]
    )
    assert summed.figures == alone(Listening(), sets).figures


def test_a_few_images_of_each_set_are_shown_with_their_clicks():
    found = alone(Listening(), [validation_set(5), ValidationSet("other", 1.0, validation_set(1).parts)])
    assert len(found.clicked) == 4
    for each in found.clicked:
        assert 1 <= len(each.points) <= 20
        assert each.probability.shape == each.target.shape == each.image.shape[:2]


def figures(noc85: float, iou5: float) -> Figures:
    return Figures(4, (0.0, noc85, 20.0), 0, (0.0, 0.0, iou5, 0.0))


def test_figures_have_the_names_that_evaluate_patches_gives_them():
    assert Figures(4, (2.5, 3.0, 20.0), 1, (0.1, 0.2, 0.3, 0.4)).named() == {
        "images": 4,
        "noc80": 2.5,
        "noc85": 3.0,
        "noc90": 20.0,
        "failures": 1,
        "iou_at": {"1": 0.1, "3": 0.2, "5": 0.3, "10": 0.4},
    }


def test_better_is_fewer_clicks_over_all_sets_and_then_more_iou():
    def score(*sets):
        return Validation({str(index): each for index, each in enumerate(sets)}, (), 0.0).score

    assert score(figures(4, 0.1), figures(6, 0.1)) < score(figures(2, 0.9), figures(9, 0.9))
    assert score(figures(4, 0.8), figures(6, 0.8)) < score(figures(5, 0.7), figures(5, 0.7))


def test_the_random_numbers_of_the_training_are_left_alone():
    network = Listening()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    alone(network, [validation_set(1)])
    assert torch.equal(torch.rand(3), expected)
