"""First masks that a low-scale network predicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.errors import RecipeError, WeightsError
from zoomiseg.networks import build_network
from zoomiseg.robot import iou
from zoomiseg.training import Sample, load_low_network, save_weights
from zoomiseg.training._batch import Batch, Share, batch_of
from zoomiseg.training._low_masks import _CONTEXT_PX
from zoomiseg.training._step import learn_from

from .stubs import TinyNetwork, low_network, tiny_recipe

SIDE = 128
OWN = np.full((SIDE, SIDE), 0.25, np.float32)


class Dark(nn.Module):
    """Marks what is dark, and remembers the guidance."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(4.0))
        self.seen: list[torch.Tensor] = []

    def forward(self, image, guidance):
        self.seen.append(guidance.clone())
        return -self.weight * image.mean(dim=1, keepdim=True)


def sample(seed: int, *, first_mask=OWN) -> Sample:
    target = np.zeros((SIDE, SIDE), bool)
    row, column = np.random.default_rng(seed).integers(8, 60, 2)
    target[row : row + 48, column : column + 40] = True
    image = np.where(target[..., None], np.uint8(60), np.uint8(235)).repeat(3, axis=2)
    return Sample(image, target, first_mask)


def batch(*samples: Sample, seed: int = 1) -> Batch:
    return batch_of(tiny_recipe(batch=len(samples), seed=seed), 0, Share(), samples)


def masks(module: nn.Module, *samples: Sample, seed: int = 1, degraded: float = 0.0):
    recipe = tiny_recipe(degraded_masks=degraded, scale="high")
    return low_network(module).first_masks(batch(*samples, seed=seed), recipe)


def test_the_prediction_lies_over_the_sample_at_a_quarter_of_its_detail():
    samples = [sample(seed) for seed in range(4)]
    for each, mask in zip(samples, masks(Dark(), *samples), strict=True):
        assert mask.shape == (SIDE, SIDE)
        assert mask.dtype == np.float32
        assert 0 <= mask.min() < 0.1
        assert 0.9 < mask.max() <= 1
        assert iou(mask >= 0.5, each.target) > 0.85


def test_the_network_sees_mirrored_surroundings_and_clicks_inside_the_shrunk_target():
    module, each = Dark(), sample(1)
    recipe = tiny_recipe(degraded_masks=0.0, scale="high")
    low_network(module, radius_px=0).first_masks(batch(each), recipe)
    side = SIDE // 4 + 2 * _CONTEXT_PX
    shrunk = each.target.reshape(SIDE // 4, 4, SIDE // 4, 4).mean(axis=(1, 3)) >= 0.5
    for guidance in module.seen:
        assert guidance.shape == (1, 3, side, side)
        positive, negative = (np.argwhere(guidance[0, channel].numpy()) - _CONTEXT_PX for channel in (0, 1))
        assert len(positive) > 0
        assert shrunk[tuple(positive.T)].all()
        assert not shrunk[tuple(negative.T)].any()


def test_a_sample_without_a_first_mask_gets_none():
    first, second = masks(Dark(), sample(1, first_mask=None), sample(2))
    assert first is None
    assert second is not OWN


def test_a_share_stays_the_degraded_truth():
    assert masks(Dark(), sample(1), degraded=1.0)[0] is OWN
    kept = [masks(Dark(), sample(1), seed=seed, degraded=0.4)[0] is OWN for seed in range(60)]
    assert np.mean(kept) == pytest.approx(0.4, abs=0.2)


def test_a_target_that_is_lost_at_the_low_scale_keeps_its_degraded_mask():
    each = sample(1)
    target = np.zeros_like(each.target)
    target[10, 10] = True
    assert masks(Dark(), replace(each, target=target))[0] is OWN


def test_seed_and_sample_decide_the_mask_whatever_else_is_in_the_batch():
    torch.manual_seed(1)
    module = TinyNetwork()
    alone, other = (masks(module, sample(1), seed=seed)[0] for seed in (1, 2))
    beside = masks(module, sample(1), sample(2))[0]
    assert beside == pytest.approx(alone, abs=1e-5)
    assert not np.allclose(alone, other)


def test_the_network_learns_with_the_predicted_mask_as_its_first():
    drawn = replace(batch(sample(1)), rounds=0)
    recipe = tiny_recipe(degraded_masks=0.0, mask_dropped=0.0, scale="high")
    found = low_network(Dark()).first_masks(drawn, recipe)
    module = Dark()
    outcome = learn_from(module, drawn, recipe, masks=found)
    assert (module.seen[-1][0, 2].numpy() == found[0]).all()
    assert outcome.masks[0] is found[0]


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(1)
    save_weights(build_network("compact-unet16"), tiny_recipe(network="compact-unet16"), tmp_path / "mine")
    return str(tmp_path / "mine")


def test_a_recipe_names_the_weights(weights):
    low = load_low_network(tiny_recipe(scale="high", low_weights=weights))
    assert low.card.scale == "low"
    assert not low.module.training
    assert load_low_network(tiny_recipe(scale="high")) is None


def test_a_recipe_of_the_low_scale_needs_none(weights):
    with pytest.raises(RecipeError) as caught:
        load_low_network(tiny_recipe(low_weights=weights))
    assert str(caught.value) == "The recipe tiny trains the low scale and needs no low_weights."


def test_weights_that_are_not_there_are_named():
    with pytest.raises(WeightsError, match="no weights called nowhere"):
        load_low_network(tiny_recipe(scale="high", low_weights="nowhere"))
