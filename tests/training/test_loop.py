"""The loop: rate, resuming, and what stops it."""

from __future__ import annotations

import math
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from zoomiseg.errors import MissingExtra, RecipeError, TrainingFailed
from zoomiseg.training import (
    Reports,
    RunOptions,
    ValidationSet,
    _keeper,
    _learner,
    _progress,
    learning_rate,
    train,
)

from .stubs import RandomSamples, StillNetwork, TinyNetwork, tiny_recipe, validation_set

RESUME = RunOptions(resume=True)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Let every name build the tiny network, and save and tell often; return how it was asked."""
    asked = []

    def build(name, *, shallow_skip, drop_second_skip, pretrained=False):
        asked.append((name, pretrained))
        return TinyNetwork()

    monkeypatch.setattr(_learner, "build_network", build)
    monkeypatch.setattr(_keeper, "_SAVE_EVERY", 2)
    monkeypatch.setattr(_progress, "_EVERY", 1)
    return asked


def checkpoint(folder) -> dict:
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def told(folder) -> list[list[str]]:
    """Return step, loss and IoU of each row; seconds are never the same twice."""
    return [row.split(",")[:3] for row in (folder / "loss.csv").read_text().splitlines()[1:]]


def assert_equal_states(first, second):
    assert first.keys() == second.keys()
    for name, values in first.items():
        assert torch.equal(values, second[name]), name


@pytest.mark.parametrize(
    ("broken_at_step", "changes"),
    [
        (1, {}),
        (2, {}),
        (5, {}),
        (5, {"ema": 0.0}),
        (5, {"batch": 1, "accumulate": 2}),
        (5, {"precision": "bf16-mixed"}),
    ],
)
def test_a_run_in_two_pieces_equals_one_that_was_not_interrupted(tmp_path, broken_at_step, changes):
    recipe = tiny_recipe(**changes)
    whole = train(recipe, RandomSamples(), tmp_path / "whole").network
    with pytest.raises(InterruptedError):
        train(recipe, RandomSamples(broken_at=2 * broken_at_step), tmp_path / "pieces")
    torch.manual_seed(99)
    torch.rand(5)
    pieces = train(recipe, RandomSamples(), tmp_path / "pieces", options=RESUME).network
    assert_equal_states(whole.state_dict(), pieces.state_dict())
    assert told(tmp_path / "whole") == told(tmp_path / "pieces")
    assert [row[0] for row in told(tmp_path / "pieces")] == [str(step) for step in range(1, 8)]


def test_a_resumed_run_begins_at_its_checkpoint(tmp_path):
    with pytest.raises(InterruptedError):
        train(tiny_recipe(), RandomSamples(broken_at=10), tmp_path)
    assert checkpoint(tmp_path)["step"] == 4
    rest = RandomSamples()
    train(tiny_recipe(), rest, tmp_path, options=RESUME)
    assert rest.asked == list(range(8, 14))


def test_a_finished_run_is_not_taken_for_one_of_other_data_or_another_start(tmp_path):
    start = TinyNetwork()
    train(tiny_recipe(), RandomSamples(digest="a"), tmp_path, start=start)
    train(tiny_recipe(), RandomSamples(digest="a"), tmp_path, start=start, options=RESUME)
    with pytest.raises(RecipeError, match="has learnt from other data"):
        train(tiny_recipe(), RandomSamples(digest="b"), tmp_path, start=start, options=RESUME)
    with pytest.raises(RecipeError, match="began with other weights"):
        train(tiny_recipe(), RandomSamples(digest="a"), tmp_path, start=TinyNetwork(), options=RESUME)


def test_samples_are_drawn_once_each_and_none_beyond_the_last_step(tmp_path):
    stream = RandomSamples()
    train(tiny_recipe(), stream, tmp_path)
    assert stream.asked == list(range(14))


def test_the_seed_decides_the_weights(tmp_path):
    first, again, other = (
        train(tiny_recipe(seed=seed), RandomSamples(), tmp_path / str(index)).network.head.weight
        for index, seed in enumerate((1, 1, 2))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_training_lowers_the_loss(tmp_path):
    train(tiny_recipe(steps=60, learning_rate=0.03, mask_dropped=0.0), RandomSamples(), tmp_path)
    losses = [float(loss) for _, loss, _ in told(tmp_path)]
    assert sum(losses[-15:]) < sum(losses[:15])


def test_the_returned_network_is_in_eval_mode_and_the_average_of_the_last_checkpoint(tmp_path):
    trained = train(tiny_recipe(), RandomSamples(), tmp_path)
    assert not trained.network.training
    assert (trained.step, trained.leads, checkpoint(tmp_path)["step"]) == (7, True, 7)
    assert_equal_states(trained.network.state_dict(), checkpoint(tmp_path)["average"])


def test_without_an_average_the_last_weights_are_returned(tmp_path):
    averaged = train(tiny_recipe(), RandomSamples(), tmp_path / "averaged").network
    last = train(tiny_recipe(ema=0.0), RandomSamples(), tmp_path / "last").network
    assert_equal_states(last.state_dict(), checkpoint(tmp_path / "averaged")["network"])
    assert not torch.equal(last.head.weight, averaged.head.weight)


def test_accumulated_batches_are_learnt_from_as_one_large_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(_learner, "build_network", lambda name, **how: StillNetwork())
    # Rounds are drawn for each batch.
    one, three = (
        train(
            tiny_recipe(click_rounds=0, ema=0.0, batch=batch, accumulate=6 // batch),
            RandomSamples(),
            tmp_path / str(batch),
        )
        for batch in (6, 2)
    )
    for name, values in one.network.state_dict().items():
        torch.testing.assert_close(values, three.network.state_dict()[name], rtol=1e-4, atol=1e-5)
    assert told(tmp_path / "6")[-1][0] == told(tmp_path / "2")[-1][0] == "7"
    losses = [float(told(tmp_path / run)[-1][1]) for run in ("6", "2")]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_threads_that_draw_samples_change_nothing(tmp_path):
    alone, many = (
        train(
            tiny_recipe(), RandomSamples(), tmp_path / str(workers), options=RunOptions(workers=workers)
        ).network
        for workers in (1, 5)
    )
    assert_equal_states(alone.state_dict(), many.state_dict())


def test_half_precision_is_used_in_the_passes_and_weights_stay_single(tmp_path, monkeypatch):
    seen = []

    class Watched(TinyNetwork):
        def forward(self, image, guidance):
            seen.append(self.head(torch.zeros(1, 4, 2, 2)).dtype)
            return super().forward(image, guidance)

    monkeypatch.setattr(_learner, "build_network", lambda name, **how: Watched())
    trained = train(tiny_recipe(precision="bf16-mixed", steps=2), RandomSamples(), tmp_path)
    assert set(seen) == {torch.bfloat16}
    assert trained.network.head.weight.dtype == torch.float32


def test_steps_that_are_slow_are_saved_sooner(tmp_path, monkeypatch):
    monkeypatch.setattr(_keeper, "_SAVE_EVERY", 100)
    monkeypatch.setattr(_keeper, "_SAVE_SECONDS", -1.0)
    with pytest.raises(InterruptedError):
        train(tiny_recipe(), RandomSamples(broken_at=6), tmp_path)
    assert checkpoint(tmp_path)["step"] == 3


def test_a_finished_run_resumed_is_left_as_it_is(tmp_path):
    finished = train(tiny_recipe(), RandomSamples(), tmp_path)
    again = train(tiny_recipe(), RandomSamples(broken_at=0), tmp_path, options=RESUME)
    assert_equal_states(finished.network.state_dict(), again.network.state_dict())


def test_without_resume_a_run_starts_anew(tmp_path):
    first = train(tiny_recipe(), RandomSamples(), tmp_path)
    second = train(tiny_recipe(), RandomSamples(), tmp_path)
    assert_equal_states(first.network.state_dict(), second.network.state_dict())
    assert len(told(tmp_path)) == 7


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    train(tiny_recipe(), RandomSamples(), tmp_path)
    with pytest.raises(RecipeError) as caught:
        train(tiny_recipe(learning_rate=0.02), RandomSamples(), tmp_path, options=RESUME)
    path = tmp_path / "checkpoint.pt"
    before = tiny_recipe().learning_rate
    assert str(caught.value).startswith(
        f"{path} was written with learning_rate = {before}, and tiny has 0.02."
    )


def test_a_checkpoint_from_before_a_key_existed_is_that_of_the_key_s_default(tmp_path):
    finished = train(tiny_recipe(), RandomSamples(), tmp_path)
    state = checkpoint(tmp_path)
    del state["recipe"]["blend"]
    torch.save(state, tmp_path / "checkpoint.pt")
    again = train(tiny_recipe(), RandomSamples(broken_at=0), tmp_path, options=RESUME)
    assert_equal_states(finished.network.state_dict(), again.network.state_dict())
    with pytest.raises(RecipeError, match=r"was written with blend = 1\.0, and tiny has 0\.5\."):
        train(tiny_recipe(blend=0.5), RandomSamples(), tmp_path, options=RESUME)


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_its_checkpoint(tmp_path, monkeypatch):
    real, calls = _learner.learn_from, []

    def breaking(network, batch, recipe, masks):
        calls.append(batch)
        outcome = real(network, batch, recipe, masks=masks)
        return replace(outcome, loss=outcome.loss * (math.nan if len(calls) == 4 else 1))

    monkeypatch.setattr(_learner, "learn_from", breaking)
    with pytest.raises(TrainingFailed) as caught:
        train(tiny_recipe(), RandomSamples(), tmp_path)
    path = tmp_path / "failed-step-3-process-0.npz"
    assert caught.value.message == (
        f"The loss of step 3 is nan; its batch is in {path}, the last checkpoint in {tmp_path}."
    )
    with np.load(path) as saved:
        assert saved["numbers"].tolist() == [6, 7]
        assert (saved["images"] == [RandomSamples().sample(index).image for index in (6, 7)]).all()
    assert checkpoint(tmp_path)["step"] == 2
    assert all(values.isfinite().all() for values in checkpoint(tmp_path)["network"].values())


def test_a_gradient_that_is_no_number_is_never_followed(tmp_path, monkeypatch):
    class Breaking(TinyNetwork):
        def forward(self, image, guidance):
            logits = super().forward(image, guidance)
            if self.training and self.image_branch[1].num_batches_tracked == 4:
                logits.register_hook(lambda gradient: gradient * math.inf)
            return logits

    monkeypatch.setattr(_learner, "build_network", lambda name, **how: Breaking())
    with pytest.raises(TrainingFailed, match=r"^The gradient of step 3 is (nan|inf); "):
        train(tiny_recipe(), RandomSamples(), tmp_path)
    assert checkpoint(tmp_path)["step"] == 2


@pytest.fixture
def val_set() -> ValidationSet:
    return validation_set()


def test_the_best_of_all_validations_is_returned(tmp_path, val_set):
    recipe = tiny_recipe(steps=9, validate_every=4, learning_rate=0.3)
    told = []
    trained = train(recipe, RandomSamples(), tmp_path, sets=[val_set], reports=Reports(validated=told.append))
    assert [found.step for found in told] == [4, 8, 9]
    best = min(told, key=lambda found: found.validation.score)
    assert trained.step == best.step
    assert trained.figures == best.validation.figures
    kept = torch.load(tmp_path / "best.pt", weights_only=True)
    assert kept["step"] == best.step
    assert_equal_states(trained.network.state_dict(), kept["network"])


@pytest.mark.parametrize("broken_at_step", [3, 5, 7])
def test_a_run_in_two_pieces_has_the_same_best_and_the_same_record(tmp_path, val_set, broken_at_step):
    recipe = tiny_recipe(validate_every=2)
    whole = train(recipe, RandomSamples(), tmp_path / "whole", sets=[val_set])
    with pytest.raises(InterruptedError):
        train(recipe, RandomSamples(broken_at=2 * broken_at_step - 1), tmp_path / "pieces", sets=[val_set])
    pieces = train(recipe, RandomSamples(), tmp_path / "pieces", sets=[val_set], options=RESUME)
    assert (pieces.step, pieces.figures) == (whole.step, whole.figures)
    assert_equal_states(whole.network.state_dict(), pieces.network.state_dict())
    records = [
        [row.rsplit(",", 1)[0] for row in (tmp_path / run / "validation.csv").read_text().splitlines()]
        for run in ("whole", "pieces")
    ]
    assert records[0] == records[1]
    assert [row.split(",")[0] for row in records[0]] == ["step", "2", "4", "6", "7"]


def test_validation_changes_nothing_of_the_training(tmp_path, val_set):
    for name, sets in (("with", [val_set]), ("without", [])):
        train(tiny_recipe(validate_every=2), RandomSamples(), tmp_path / name, sets=sets)
    states = [checkpoint(tmp_path / name)["network"] for name in ("with", "without")]
    assert_equal_states(*states)


def test_a_new_run_forgets_the_best_of_an_earlier_one(tmp_path, val_set):
    train(tiny_recipe(validate_every=2), RandomSamples(), tmp_path, sets=[val_set])
    trained = train(tiny_recipe(validate_every=0), RandomSamples(), tmp_path, sets=[val_set])
    assert (trained.step, trained.figures) == (7, {})
    assert not (tmp_path / "best.pt").exists()


def test_a_run_from_imagenet_moves_its_encoder_more_slowly(tmp_path, tiny):
    train(tiny_recipe(pretrained=True, encoder_rate=0.25), RandomSamples(), tmp_path)
    new, taught = checkpoint(tmp_path)["optimiser"]["param_groups"]
    assert (len(new["params"]), len(taught["params"])) == (4, 4)
    assert new["lr"] == pytest.approx(learning_rate(tiny_recipe(), 6))
    assert taught["lr"] == pytest.approx(0.25 * new["lr"])
    assert tiny == [("tiny", True)]


def test_only_a_run_that_goes_on_does_without_imagenet_weights(tmp_path, tiny):
    recipe = tiny_recipe(pretrained=True)
    train(recipe, RandomSamples(), tmp_path, options=RESUME)
    train(recipe, RandomSamples(), tmp_path, options=RESUME)
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


def test_a_constant_rate_stays_after_the_warm_up():
    recipe = tiny_recipe(steps=100, warmup=10, learning_rate=0.02, schedule="constant")
    assert [learning_rate(recipe, step) for step in (4, 9, 99)] == pytest.approx([0.01, 0.02, 0.02])


def test_a_recipe_whose_epochs_are_not_settled_is_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"^The recipe tiny has no steps\. Settle its epochs first\.$"):
        train(tiny_recipe(steps=0, epochs=3), RandomSamples(), tmp_path)


def test_without_a_warm_up_the_first_rate_is_the_largest():
    assert learning_rate(tiny_recipe(warmup=0, learning_rate=0.02), 0) == 0.02
