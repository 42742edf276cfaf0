"""A run's checkpoint on disk."""

from __future__ import annotations

import pytest
import torch

from zoomiseg.training._state import has_state, load_state, save_state

from .stubs import TinyNetwork, tiny_recipe


def trained() -> tuple[TinyNetwork, torch.optim.Optimizer]:
    network = TinyNetwork()
    optimiser = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 3, 4, 4), torch.ones(1, 3, 4, 4)).sum().backward()
    optimiser.step()
    return network, optimiser


def test_what_was_saved_comes_back(tmp_path):
    network, optimiser = trained()
    save_state(tmp_path, tiny_recipe(), network, optimiser, 17)
    other = TinyNetwork()
    other_optimiser = torch.optim.Adam(other.parameters())
    assert load_state(tmp_path, tiny_recipe(), other, other_optimiser) == 17
    for name, values in network.state_dict().items():
        assert torch.equal(values, other.state_dict()[name])
    mean = optimiser.state_dict()["state"][0]["exp_avg"]
    assert torch.equal(other_optimiser.state_dict()["state"][0]["exp_avg"], mean)


def test_a_checkpoint_is_there_once_it_was_saved(tmp_path):
    assert not has_state(tmp_path)
    save_state(tmp_path, tiny_recipe(), *trained(), 1)
    assert has_state(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_write_that_fails_leaves_the_earlier_checkpoint(tmp_path, monkeypatch):
    save_state(tmp_path, tiny_recipe(), *trained(), 1)

    def full(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr("zoomiseg.durable.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_state(tmp_path, tiny_recipe(), *trained(), 2)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    network = TinyNetwork()
    assert load_state(tmp_path, tiny_recipe(), network, torch.optim.Adam(network.parameters())) == 1
