import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from zoomiseg.errors import OutputError, WeightsError
from zoomiseg.networks import (
    Card,
    build_network,
    load_network,
    read_card,
    read_int8,
    save_int8,
    save_network,
)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return build_network("compact-unet16", shallow_skip="fused", drop_second_skip=False)


def rewritten(folder: Path, state: dict[str, torch.Tensor]) -> None:
    """Replace the tensors and make the card agree, as a foreign tool might."""
    content = safetensors.torch.save(state)
    (folder / "low.safetensors").write_bytes(content)
    card = json.loads((folder / "low.json").read_text())
    card["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "low.json").write_text(json.dumps(card))


def test_a_network_comes_back_rounded_to_float16_and_in_eval_mode(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    written = save_network(tmp_path, "low", network, card)
    loaded, read = load_network(tmp_path, "low")
    assert read == written
    assert not loaded.training
    for name, tensor in network.state_dict().items():
        expected = tensor.half().float() if tensor.is_floating_point() else tensor
        assert torch.equal(loaded.state_dict()[name], expected), name


def test_saving_twice_writes_the_same_bytes(tmp_path: Path, network: nn.Module, card: Card) -> None:
    first = save_network(tmp_path / "a", "low", network, card)
    second = save_network(tmp_path / "b", "low", network, card)
    assert first.sha256 == second.sha256
    assert (tmp_path / "a/low.json").read_bytes() == (tmp_path / "b/low.json").read_bytes()


def test_saving_leaves_two_readable_files_and_nothing_beside(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    save_network(tmp_path, "low", network, card)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["low.json", "low.safetensors"]
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_weights(
    tmp_path: Path, network: nn.Module, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = save_network(tmp_path, "low", network, card)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        save_network(tmp_path, "low", build_network("compact-unet16"), card)
    monkeypatch.undo()
    assert load_network(tmp_path, "low")[1] == written
    assert len(list(tmp_path.iterdir())) == 2


def test_a_flipped_byte_is_noticed(tmp_path: Path, network: nn.Module, card: Card) -> None:
    save_network(tmp_path, "low", network, card)
    path = tmp_path / "low.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"low\.safetensors are damaged"):
        load_network(tmp_path, "low")


def test_missing_unexpected_and_misshapen_tensors_are_all_named(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    save_network(tmp_path, "low", network, card)
    state = safetensors.torch.load_file(tmp_path / "low.safetensors")
    del state["head.weight"]
    state |= {"tail.weight": torch.zeros(1), "head.bias": torch.zeros(2)}
    rewritten(tmp_path, state)
    with pytest.raises(WeightsError) as caught:
        load_network(tmp_path, "low")
    assert str(caught.value).endswith(
        "missing: head.weight; unexpected: tail.weight; of another shape: head.bias (2,) instead of (1,)."
    )


def test_what_is_no_safetensors_file_is_refused_even_with_the_right_checksum(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    save_network(tmp_path, "low", network, card)
    torch.save({"head.bias": torch.zeros(1)}, tmp_path / "low.safetensors")
    digest = hashlib.sha256((tmp_path / "low.safetensors").read_bytes()).hexdigest()
    (tmp_path / "low.json").write_text(replace(card, sha256=digest).to_json())
    with pytest.raises(WeightsError, match="no safetensors file"):
        load_network(tmp_path, "low")


def test_a_tensor_that_float16_cannot_hold_is_kept_in_float32(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    with torch.no_grad():
        network.head.bias.fill_(1234567.0)
    save_network(tmp_path, "low", network, card)
    loaded, _ = load_network(tmp_path, "low")
    assert torch.equal(loaded.state_dict()["head.bias"], network.head.bias)
    kept = safetensors.torch.load_file(tmp_path / "low.safetensors")
    assert {tensor.dtype for name, tensor in kept.items() if tensor.is_floating_point()} == {
        torch.float16,
        torch.float32,
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_refused_by_name(
    tmp_path: Path, network: nn.Module, card: Card, value: float
) -> None:
    with torch.no_grad():
        network.head.bias.fill_(value)
    with pytest.raises(WeightsError, match=r"head\.bias"):
        save_network(tmp_path, "low", network, card)
    assert not list(tmp_path.iterdir())


def test_a_card_of_the_other_scale_is_refused_on_both_ways(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    with pytest.raises(WeightsError, match="for the low scale, not for high"):
        save_network(tmp_path, "high", network, card)
    save_network(tmp_path, "low", network, card)
    (tmp_path / "low.json").rename(tmp_path / "high.json")
    with pytest.raises(WeightsError, match="for the low scale, not for high"):
        read_card(tmp_path, "high")


def test_missing_files_are_named(tmp_path: Path, network: nn.Module, card: Card) -> None:
    with pytest.raises(WeightsError, match=r"low\.json cannot be read: No such file"):
        load_network(tmp_path, "low")
    save_network(tmp_path, "low", network, card)
    (tmp_path / "low.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"low\.safetensors cannot be read: No such file"):
        load_network(tmp_path, "low")


def test_a_quantised_model_comes_back_and_its_checksum_stands_in_the_card(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    written = save_network(tmp_path, "low", network, card)
    assert read_int8(tmp_path, "low") is None
    assert "int8_sha256" not in json.loads((tmp_path / "low.json").read_text())
    content = b"what an engine reads"
    assert save_int8(tmp_path, "low", content) == replace(
        written, int8_sha256=hashlib.sha256(content).hexdigest()
    )
    assert read_int8(tmp_path, "low") == content
    assert load_network(tmp_path, "low")[1] == read_card(tmp_path, "low")


def test_a_damaged_or_missing_quantised_model_is_named(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    save_network(tmp_path, "low", network, card)
    save_int8(tmp_path, "low", b"whole")
    (tmp_path / "low.int8").write_bytes(b"whale")
    with pytest.raises(WeightsError, match=r"low\.int8 are damaged"):
        read_int8(tmp_path, "low")
    (tmp_path / "low.int8").unlink()
    with pytest.raises(WeightsError, match=r"low\.int8 cannot be read"):
        read_int8(tmp_path, "low")


def test_other_tensors_lose_the_model_that_was_made_of_the_old(
    tmp_path: Path, network: nn.Module, card: Card
) -> None:
    save_network(tmp_path, "low", network, card)
    quantised = save_int8(tmp_path, "low", b"of the first")
    save_network(tmp_path, "low", network, quantised)
    assert read_int8(tmp_path, "low") is None
