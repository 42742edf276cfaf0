"""The loop: rate, resuming, and what stops it."""

from __future__ import annotations

import math
import sys

import pytest
import torch

from zoomiseg.errors import MissingExtra, RecipeError, TrainingFailed
from zoomiseg.training import _loop, _progress, learning_rate, train

from .stubs import RandomSamples, TinyNetwork, tiny_recipe


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Let every name build the tiny network, and save and tell often; return how it was asked."""
    asked = []

    def build(name, *, pretrained=False):
        asked.append((name, pretrained))
        return TinyNetwork()

    monkeypatch.setattr(_loop, "build_network", build)
    monkeypatch.setattr(_loop, "_SAVE_EVERY", 2)
    monkeypatch.setattr(_progress, "_EVERY", 1)
    return asked


def checkpoint(folder) -> dict:
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def told(folder) -> list[list[str]]:
    """Return step, loss and IoU of each row; seconds are never the same twice."""
    return [row.split(",")[:3] for row in (folder / "loss.csv").read_text().splitlines()]


def assert_equal_states(first, second):
    assert first.keys() == second.keys()
    for name, values in first.items():
        assert torch.equal(values, second[name]), name


@pytest.mark.parametrize("broken_at_step", [1, 2, 5])
def test_a_run_in_two_pieces_equals_one_that_was_not_interrupted(tmp_path, broken_at_step):
    recipe = tiny_recipe()
    whole = train(recipe, RandomSamples(), tmp_path / "whole")
    with pytest.raises(InterruptedError):
        train(recipe, RandomSamples(broken_at=2 * broken_at_step), tmp_path / "pieces")
    torch.manual_seed(99)
    torch.rand(5)
    pieces = train(recipe, RandomSamples(), tmp_path / "pieces", resume=True)
    assert_equal_states(whole.state_dict(), pieces.state_dict())
    assert told(tmp_path / "whole") == told(tmp_path / "pieces")
    assert [row[0] for row in told(tmp_path / "pieces")] == [str(step) for step in range(1, 8)]


def test_a_resumed_run_begins_at_its_checkpoint(tmp_path):
    with pytest.raises(InterruptedError):
        train(tiny_recipe(), RandomSamples(broken_at=10), tmp_path)
    assert checkpoint(tmp_path)["step"] == 4
    rest = RandomSamples()
    train(tiny_recipe(), rest, tmp_path, resume=True)
    assert rest.asked == list(range(8, 14))


def test_samples_are_drawn_once_each_and_none_beyond_the_last_step(tmp_path):
    stream = RandomSamples()
    train(tiny_recipe(), stream, tmp_path)
    assert stream.asked == list(range(14))


def test_the_seed_decides_the_weights(tmp_path):
    first, again, other = (
        train(tiny_recipe(seed=seed), RandomSamples(), tmp_path / str(index)).head.weight
        for index, seed in enumerate((1, 1, 2))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_training_lowers_the_loss(tmp_path):
    train(tiny_recipe(steps=60, learning_rate=0.03, mask_dropped=0.0), RandomSamples(), tmp_path)
    losses = [float(loss) for _, loss, _ in told(tmp_path)]
    assert sum(losses[-15:]) < sum(losses[:15])


def test_the_returned_network_is_in_eval_mode_and_is_the_last_checkpoint(tmp_path):
    network = train(tiny_recipe(), RandomSamples(), tmp_path)
    assert not network.training
    assert checkpoint(tmp_path)["step"] == 7
    assert_equal_states(network.state_dict(), checkpoint(tmp_path)["network"])


def test_a_finished_run_resumed_is_left_as_it_is(tmp_path):
    finished = train(tiny_recipe(), RandomSamples(), tmp_path)
    again = train(tiny_recipe(), RandomSamples(broken_at=0), tmp_path, resume=True)
    assert_equal_states(finished.state_dict(), again.state_dict())


def test_without_resume_a_run_starts_anew(tmp_path):
    first = train(tiny_recipe(), RandomSamples(), tmp_path)
    second = train(tiny_recipe(), RandomSamples(), tmp_path)
    assert_equal_states(first.state_dict(), second.state_dict())
    assert len(told(tmp_path)) == 7


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    train(tiny_recipe(), RandomSamples(), tmp_path)
    with pytest.raises(RecipeError) as caught:
        train(tiny_recipe(learning_rate=0.02), RandomSamples(), tmp_path, resume=True)
    path = tmp_path / "checkpoint.pt"
    assert str(caught.value) == f"{path} belongs to another recipe than tiny; choose another folder."


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_its_checkpoint(tmp_path, monkeypatch):
    real, calls = _loop.step_loss, []

    def breaking(network, samples, rng, recipe):
        calls.append(samples)
        loss, overlap = real(network, samples, rng, recipe)
        return loss * (math.nan if len(calls) == 4 else 1), overlap

    monkeypatch.setattr(_loop, "step_loss", breaking)
    with pytest.raises(TrainingFailed) as caught:
        train(tiny_recipe(), RandomSamples(), tmp_path)
    assert str(caught.value) == f"The loss of step 3 is nan; the last checkpoint is in {tmp_path}."
    assert checkpoint(tmp_path)["step"] == 2
    assert all(values.isfinite().all() for values in checkpoint(tmp_path)["network"].values())


def test_a_run_from_imagenet_moves_its_encoder_more_slowly(tmp_path, tiny):
    train(tiny_recipe(pretrained=True, encoder_rate=0.25), RandomSamples(), tmp_path)
    new, taught = checkpoint(tmp_path)["optimiser"]["param_groups"]
    assert (len(new["params"]), len(taught["params"])) == (4, 4)
    assert new["lr"] == pytest.approx(learning_rate(tiny_recipe(), 6))
    assert taught["lr"] == pytest.approx(0.25 * new["lr"])
    assert tiny == [("tiny", True)]


def test_only_a_run_that_goes_on_does_without_imagenet_weights(tmp_path, tiny):
    recipe = tiny_recipe(pretrained=True)
    train(recipe, RandomSamples(), tmp_path, resume=True)
    train(recipe, RandomSamples(), tmp_path, resume=True)
    assert tiny == [("tiny", True), ("tiny", False)]


def test_a_run_from_scratch_has_one_rate_for_all(tmp_path):
    train(tiny_recipe(), RandomSamples(), tmp_path)
    (group,) = checkpoint(tmp_path)["optimiser"]["param_groups"]
    assert len(group["params"]) == 8


def test_without_lightning_the_extra_is_named_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning.fabric", None)
    with pytest.raises(MissingExtra) as caught:
        train(tiny_recipe(), RandomSamples(), tmp_path / "run")
    hint = "Install it with: pip install 'zoomiseg[train]'"
    assert str(caught.value) == f"Training needs Lightning. {hint}"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("step", "share"),
    [
        (0, 0.1),
        (4, 0.5 * 0.5 * (1 + math.cos(0.04 * math.pi))),
        (9, 0.5 * (1 + math.cos(0.09 * math.pi))),
        (50, 0.5),
        (75, 0.5 * (1 - math.sqrt(0.5))),
        (100, 0.0),
    ],
)
def test_the_rate_rises_along_a_line_and_falls_along_half_a_cosine(step, share):
    recipe = tiny_recipe(steps=100, warmup=10, learning_rate=0.02)
    assert learning_rate(recipe, step) == pytest.approx(0.02 * share)


def test_without_a_warm_up_the_first_rate_is_the_largest():
    assert learning_rate(tiny_recipe(warmup=0, learning_rate=0.02), 0) == 0.02
