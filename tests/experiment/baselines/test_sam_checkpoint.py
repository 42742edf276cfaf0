"""Segment Anything from a user's file, and what is said where that cannot be."""

from __future__ import annotations

import sys

import pytest
import torch

from zoomiseg.errors import MissingExtra, WeightsError
from zoomiseg.experiment import load_sam
from zoomiseg.experiment.baselines import _sam_checkpoint
from zoomiseg.experiment.baselines._sam import SegmentAnything

from .tiny_sam import tiny_sam

WIDTH_OF = "image_encoder.patch_embed.proj.weight"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A whole ViT-B whose tensors hold one number each, so that the file is small."""
    tiny_sam()
    model = _sam_checkpoint.segment_anything().build_sam_vit_b()
    path = tmp_path_factory.mktemp("sam") / "vit-b.pth"
    torch.save(
        {name: torch.full((1,), 0.25).expand(each.shape) for name, each in model.state_dict().items()}, path
    )
    return path


def test_the_file_says_which_model_it_is_and_gives_its_weights(checkpoint):
    method = load_sam(checkpoint)
    assert isinstance(method, SegmentAnything)
    weight = method._model.image_encoder.patch_embed.proj.weight
    assert weight.shape == (768, 3, 16, 16)
    assert (weight == 0.25).all()
    assert not method._model.training


def test_the_packages_own_door_stays_closed(checkpoint):
    load_sam(checkpoint)
    assert "torchvision" not in sys.modules
    assert "segment_anything" not in sys.modules


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is damaged, or no checkpoint"),
        (b"not a checkpoint", "is damaged, or no checkpoint"),
        ([1, 2], "holds no ViT-B, -L or -H"),
        ({"weight": torch.zeros(3)}, "holds no ViT-B, -L or -H"),
        ({WIDTH_OF: torch.zeros(192, 3, 16, 16)}, "holds no ViT-B, -L or -H"),
        (
            {WIDTH_OF: torch.zeros(768, 3, 16, 16)},
            "does not hold the tensors of Segment Anything vit_b: Missing key",
        ),
    ],
)
def test_what_is_no_checkpoint_is_told_in_one_sentence(tmp_path, content, told):
    tiny_sam()
    path = tmp_path / "model.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(WeightsError, match=told) as caught:
        load_sam(path)
    assert str(caught.value).startswith(str(path))
    assert len(str(caught.value)) < len(str(path)) + 250
    assert "\n" not in str(caught.value)


def test_a_file_that_runs_code_is_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return print, ("trapped",)

    tiny_sam()
    torch.save({WIDTH_OF: Trap()}, tmp_path / "trap.pth")
    with pytest.raises(WeightsError, match="no checkpoint that PyTorch wrote"):
        load_sam(tmp_path / "trap.pth")


def test_a_missing_file_and_none_at_all_are_told(tmp_path):
    tiny_sam()
    with pytest.raises(WeightsError, match=r"none\.pth cannot be read: No such file"):
        load_sam(tmp_path / "none.pth")
    with pytest.raises(WeightsError) as caught:
        load_sam(None)
    assert str(caught.value) == (
        "The method sam needs a checkpoint of Segment Anything. Give its file with --sam-checkpoint."
    )


def test_without_the_package_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(_sam_checkpoint, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        load_sam(tmp_path / "model.pth")
    assert str(caught.value) == (
        "Segment Anything is not installed. Install it with: pip install 'zoomiseg[sam]'"
    )
