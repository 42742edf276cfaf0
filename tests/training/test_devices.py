"""Several processes learn together from what one would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from zoomiseg.errors import RecipeError
from zoomiseg.training import RunOptions, _devices, _learner, train

from .stubs import RandomSamples, StillNetwork, tiny_recipe, validation_set

RUN = """
import sys
from pathlib import Path

sys.path.insert(0, {root!r})

import torch
from tests.training.stubs import RandomSamples, StillNetwork, tiny_recipe, validation_set
from zoomiseg.training import RunOptions, _devices, _learner, train

_learner.build_network = lambda name, **how: StillNetwork()
trained = train(
    tiny_recipe(steps=3),
    RandomSamples(),
    Path({folder!r}),
    sets=[validation_set()],
    options=RunOptions(devices=2),
)
print("leads" if trained.leads else "follows")
"""


@pytest.fixture
def alone(tmp_path, monkeypatch) -> dict[str, torch.Tensor]:
    """The weights of a run in one process."""
    monkeypatch.setattr(_learner, "build_network", lambda name, **how: StillNetwork())
    return train(
        tiny_recipe(steps=3), RandomSamples(), tmp_path / "alone", sets=[validation_set()]
    ).network.state_dict()


def test_two_processes_end_with_the_weights_of_one(tmp_path, alone):
    script = tmp_path / "run.py"
    root = str(Path(__file__).parents[2])
    script.write_text(RUN.format(root=root, folder=str(tmp_path / "shared")))
    answer = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, timeout=300
    )
    assert answer.returncode == 0, answer.stderr
    assert sorted(answer.stdout.split()) == ["follows", "leads"]
    shared = torch.load(tmp_path / "shared" / "checkpoint.pt", weights_only=True)["average"]
    for name, values in alone.items():
        torch.testing.assert_close(shared[name], values, rtol=1e-4, atol=1e-6)
    assert rows_of(tmp_path / "alone", "validation.csv") == rows_of(tmp_path / "shared", "validation.csv")
    assert rows_of(tmp_path / "shared", "validation.csv")[1][:3] == ["3", "val", "3"]
    losses = [float(rows_of(tmp_path / run, "loss.csv")[-1][1]) for run in ("alone", "shared")]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def rows_of(folder: Path, name: str) -> list[list[str]]:
    """Return the rows of a log without their last cell, which is a time."""
    return [row.split(",")[:-1] for row in (folder / name).read_text().splitlines()]


def test_a_batch_that_cannot_be_shared_evenly_is_refused(tmp_path):
    with pytest.raises(RecipeError) as caught:
        train(tiny_recipe(batch=4), RandomSamples(), tmp_path / "run", options=RunOptions(devices=3))
    hint = "Choose a number that divides the recipe's batch."
    assert str(caught.value) == f"A batch of 4 cannot be shared evenly by 3 devices. {hint}"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("capable", "asked", "got"),
    [
        ({"avx512_bf16": True}, "auto", "bf16-mixed"),
        ({"amx_bf16": True, "avx512_bf16": False}, "auto", "bf16-mixed"),
        ({"avx512_f": True, "avx512_bf16": False}, "auto", "32-true"),
        ({}, "auto", "32-true"),
        ({"avx512_bf16": True}, "32-true", "32-true"),
        ({"avx2": True}, "bf16-mixed", "bf16-mixed"),
    ],
)
def test_auto_is_bf16_only_where_the_processor_computes_in_it(monkeypatch, capable, asked, got):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capable, raising=False)
    assert _devices.settled(asked) == got


def test_asking_for_bf16_where_it_is_imitated_is_warned_of(monkeypatch, caplog):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True}, raising=False)
    _devices.settled("bf16-mixed")
    assert "imitates bf16" in caplog.text
    caplog.clear()
    _devices.settled("auto")
    assert not caplog.text
