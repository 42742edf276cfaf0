"""A run's checkpoint on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from zoomiseg.errors import RecipeError
from zoomiseg.training import LowNetwork
from zoomiseg.training._batch import Share, batch_of
from zoomiseg.training._devices import launched
from zoomiseg.training._learner import Learner
from zoomiseg.training._state import Origin, checksum_of, has_state, load_state, save_state

from .stubs import RandomSamples, TinyNetwork, low_network, tiny_recipe


def learner(*, steps: int = 0, low: LowNetwork | None = None) -> Learner:
    recipe = tiny_recipe()
    made = Learner(recipe, launched(recipe, devices=1), TinyNetwork(), low=low)
    for step in range(steps):
        samples = [RandomSamples().sample(index) for index in range(2)]
        made.step(step, [batch_of(recipe, step, Share(), samples)])
    return made


def saved(folder: Path, step: int = 17) -> Learner:
    made = learner(steps=2)
    save_state(folder, tiny_recipe(), made, step)
    return made


def test_what_was_saved_comes_back(tmp_path):
    before, after = saved(tmp_path), learner()
    assert load_state(tmp_path, tiny_recipe(), after) == 17
    for mine, theirs in ((after.network, before.network), (after.average.network, before.average.network)):
        for name, values in theirs.state_dict().items():
            assert torch.equal(values, mine.state_dict()[name]), name
    mean = before.optimiser.state_dict()["state"][0]["exp_avg"]
    assert mean.any()
    assert torch.equal(after.optimiser.state_dict()["state"][0]["exp_avg"], mean)
    assert not torch.equal(after.network.head.weight, after.average.network.head.weight)


def test_a_checkpoint_is_there_once_it_was_saved(tmp_path):
    assert not has_state(tmp_path)
    saved(tmp_path)
    assert has_state(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_write_that_fails_leaves_the_earlier_checkpoint(tmp_path, monkeypatch):
    saved(tmp_path, 1)

    def full(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr("zoomiseg.durable.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        saved(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    assert load_state(tmp_path, tiny_recipe(), learner()) == 1


def test_a_checkpoint_of_an_older_release_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "checkpoint.pt"
    torch.save({"recipe": "", "step": 3, "network": {}, "optimiser": {}}, path)
    with pytest.raises(RecipeError) as caught:
        load_state(tmp_path, tiny_recipe(), learner())
    expected = f"{path} was written by another release of zoomiseg; begin anew in another folder."
    assert str(caught.value) == expected


def test_a_checkpoint_made_with_other_low_weights_is_refused(tmp_path):
    recipe = tiny_recipe(low_weights="mine")
    save_state(tmp_path, recipe, learner(low=low_network(TinyNetwork())), 3)
    with pytest.raises(RecipeError) as caught:
        load_state(tmp_path, recipe, learner(low=low_network(TinyNetwork(), sha256="1" * 64)))
    path = tmp_path / "checkpoint.pt"
    assert str(caught.value) == f"{path} was made with other low-scale weights than 'mine'."


ORIGIN = Origin("d" * 64, "s" * 64)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (Origin("e" * 64, "s" * 64), "has learnt from other data than those of now."),
        (Origin("d" * 64, "t" * 64), "began with other weights than those of now."),
        (Origin("d" * 64), "began with other weights than those of now."),
    ],
)
def test_a_checkpoint_of_other_data_or_other_weights_to_begin_with_is_refused(tmp_path, now, told):
    save_state(tmp_path, tiny_recipe(), learner(), 3, origin=ORIGIN)
    assert load_state(tmp_path, tiny_recipe(), learner(), origin=ORIGIN) == 3
    with pytest.raises(RecipeError) as caught:
        load_state(tmp_path, tiny_recipe(), learner(), origin=now)
    assert caught.value.message == f"{tmp_path / 'checkpoint.pt'} {told}"
    assert caught.value.hint == ("Give --data and --from as before, or begin anew in another folder.")


def test_a_checkpoint_that_does_not_tell_its_data_is_gone_on_with(tmp_path):
    saved(tmp_path)
    path = tmp_path / "checkpoint.pt"
    state = torch.load(path, weights_only=True)
    del state["origin"]
    torch.save(state, path)
    assert load_state(tmp_path, tiny_recipe(), learner(), origin=ORIGIN) == 17


def test_the_checksum_of_weights_changes_with_any_of_them():
    torch.manual_seed(3)
    network = TinyNetwork()
    before = checksum_of(network)
    assert checksum_of(network) == before
    network.image_branch[1].running_mean[2] += 1e-3
    assert checksum_of(network) != before
    assert checksum_of(None) == ""
