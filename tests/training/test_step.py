"""One step: clicks without gradient, then one pass with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.losses import total_loss
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD
from zoomiseg.training import Sample, _step
from zoomiseg.training._batch import Share, batch_of
from zoomiseg.training._step import Outcome, learn_from, normalised, padded_clicks

from .stubs import SIZE, RandomSamples, TinyNetwork, tiny_recipe


class Recorder(nn.Module):
    """Answers every pixel with one logit and remembers how it was asked."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.tensor(logit))
        self.calls: list[tuple[bool, bool, torch.Tensor]] = []

    def forward(self, image, guidance):
        self.calls.append((self.training, torch.is_grad_enabled(), guidance.clone()))
        return self.logit.expand(len(image), 1, *image.shape[2:])


def samples(count: int = 2, *, first_mask: float | None = None) -> list[Sample]:
    plain = [RandomSamples().sample(index) for index in range(count)]
    mask = None if first_mask is None else np.full((SIZE, SIZE), first_mask, np.float32)
    return [Sample(sample.image, sample.target, mask) for sample in plain]


def step(network, *, rounds: int = 3, seed: int = 1, first_mask=None, **changes) -> Outcome:
    recipe = tiny_recipe(seed=seed, **changes)
    batch = batch_of(recipe, 0, Share(), samples(first_mask=first_mask))
    return learn_from(network, replace(batch, rounds=rounds), recipe)


def test_rounds_run_in_eval_mode_without_gradient_and_the_last_pass_with_both():
    network = Recorder(-4.0)
    loss = step(network).loss
    *rounds, last = network.calls
    assert rounds
    assert {call[:2] for call in rounds} == {(False, False)}
    assert last[:2] == (True, True)
    assert network.logit.grad is None
    loss.backward()
    assert network.logit.grad is not None


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_there_is_a_pass_for_every_round_and_one_to_learn_from(rounds):
    network = Recorder(-4.0)
    step(network, rounds=rounds)
    assert len(network.calls) == rounds + 1


def test_each_round_adds_a_click_where_the_network_is_wrong(monkeypatch):
    monkeypatch.setattr(_step, "first_clicks", lambda rng, target, single: [])
    network = Recorder(-4.0)
    step(network, click_radius_px=0)
    targets = torch.from_numpy(np.stack([sample.target for sample in samples()]))
    for number, (_, _, guidance) in enumerate(network.calls):
        # Nothing is predicted: all that is wrong is the target, and every click positive.
        assert not guidance[:, 1].any()
        assert not guidance[:, 0][~targets].any()
        drawn = guidance[:, 0].sum(dim=(1, 2))
        assert ((drawn >= min(number, 1)) & (drawn <= number)).all()


def test_the_prediction_is_the_next_mask_input():
    network = Recorder(-4.0)
    step(network, first_mask=0.25, mask_dropped=0.0)
    first, *later = [guidance[:, 2] for _, _, guidance in network.calls]
    assert (first == 0.25).all()
    assert later
    assert torch.allclose(torch.stack(later), torch.sigmoid(torch.tensor(-4.0)))


def test_a_dropped_mask_is_zeros_in_the_last_pass_alone():
    network = Recorder(-4.0)
    step(network, first_mask=0.25, mask_dropped=1.0)
    *rounds, last = [guidance[:, 2] for _, _, guidance in network.calls]
    assert all((mask > 0).all() for mask in rounds)
    assert not last.any()


def test_a_mask_to_be_mended_is_clicked_once_where_it_is_wrong():
    network = Recorder(4.0)
    outcome = step(network, rounds=0, first_mask=1.0, mended=1.0, mask_dropped=0.0)
    for clicks, sample in zip(outcome.points, samples(), strict=True):
        ((column, row, label),) = clicks
        assert label == -1
        assert not sample.target[row, column]
    assert (network.calls[-1][2][:, 2] == 1.0).all()


def test_a_mask_is_not_dropped_where_nothing_else_tells_what_is_wanted():
    removed = step(Recorder(4.0), rounds=0, first_mask=1.0, mended=1.0, mask_dropped=1.0)
    assert all(mask is not None for mask in removed.masks)
    added = step(Recorder(4.0), rounds=0, first_mask=0.0, mended=1.0, mask_dropped=1.0)
    assert [label for clicks in added.points for *_, label in clicks] == [1, 1]
    assert added.masks == [None, None]


def test_only_a_share_of_the_masks_is_mended():
    many = [step(Recorder(4.0), rounds=0, seed=seed, first_mask=1.0, mended=0.5) for seed in range(40)]
    mended = [len(clicks) == 1 and clicks[0][2] == -1 for outcome in many for clicks in outcome.points]
    assert 25 <= sum(mended) <= 55


@pytest.mark.parametrize("form", ["hinge", "as_printed"])
def test_the_loss_is_that_of_the_last_pass_and_all_its_clicks(monkeypatch, form):
    clicks = iter([[(1, 2, 1), (5, 6, -1)], [(3, 3, -1)]])
    monkeypatch.setattr(_step, "first_clicks", lambda rng, target, single: next(clicks))
    loss = step(Recorder(0.3), rounds=0, click_weight=0.5, click_loss=form).loss
    target = torch.from_numpy(np.stack([sample.target for sample in samples()]))[:, None]
    rows = torch.tensor([[[1, 2, 1], [5, 6, -1]], [[3, 3, -1], [0, 0, 0]]])
    logits = torch.full((2, 1, SIZE, SIZE), 0.3)
    assert loss.item() == pytest.approx(total_loss(logits, target, rows, click_weight=0.5, form=form).item())


@pytest.mark.parametrize(("logit", "iou"), [(1.0, 25 / SIZE**2), (-1.0, 0.0)])
def test_the_iou_is_that_of_the_last_pass(logit, iou):
    assert step(Recorder(logit), rounds=0).iou == pytest.approx(iou)


def test_the_outcome_holds_what_the_last_pass_was_fed_and_what_it_answered():
    network = Recorder(0.3)
    outcome = step(network, rounds=2, click_radius_px=0, mask_dropped=0.0)
    fed = network.calls[-1][2]
    for index, points in enumerate(outcome.points):
        assert {(int(row), int(column)) for row, column in fed[index, 0].nonzero()} == {
            (row, column) for column, row, label in points if label > 0
        }
        assert (fed[index, 2].numpy() == outcome.masks[index]).all()
    assert outcome.probability == pytest.approx(np.full((2, SIZE, SIZE), 1 / (1 + np.exp(-0.3))))


def test_running_means_are_those_of_the_last_pass_alone():
    network = TinyNetwork()
    step(network)
    assert network.image_branch[1].num_batches_tracked.item() == 1


def test_the_seed_decides_the_clicks():
    first, again, other = (step(Recorder(-4.0), seed=seed).loss.item() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_images_are_normalised_channel_by_channel():
    images = np.random.default_rng(1).integers(0, 256, (2, 3, 4, 3), np.uint8)
    found = normalised(list(images))
    assert found.dtype == torch.float32
    for channel in range(3):
        expected = (images[..., channel] / 255 - IMAGENET_MEAN[channel]) / IMAGENET_STD[channel]
        assert found[:, channel].numpy() == pytest.approx(expected, abs=1e-6)


def test_clicks_are_filled_up_with_label_zero():
    found = padded_clicks([[(1, 2, 1)], [], [(3, 4, -1), (5, 6, 1)]])
    assert found.dtype == torch.int64
    none = [0, 0, 0]
    assert found.tolist() == [[[1, 2, 1], none], [none, none], [[3, 4, -1], [5, 6, 1]]]


def test_a_batch_without_clicks_has_one_unused_row():
    assert padded_clicks([[], []]).tolist() == [[[0, 0, 0]], [[0, 0, 0]]]
