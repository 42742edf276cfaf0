"""The model beside the weights is run in the network's place, and sessions can tell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino
import pytest
from torch import nn

from zoomiseg.geometry import Box, Click
from zoomiseg.networks import Card, save_int8, save_network
from zoomiseg.predict import OpenVinoPredictor, float_models, load_predictors, packed_pair

from .conftest import MakePatch
from .test_split import seeing


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return seeing("compact-attention")


@pytest.fixture(scope="module")
def content(network: nn.Module) -> bytes:
    """Both parts as they are before they are quantised: so their answers are known."""
    return packed_pair(*float_models(network))


def test_the_model_of_the_file_answers_in_place_of_the_module(
    network: nn.Module, content: bytes, card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    float32 = OpenVinoPredictor(lambda: network, replace(card, sha256=""), cache_folder=tmp_path)
    from_file = OpenVinoPredictor(
        nn.Identity, replace(card, int8_sha256="cd" * 32), cache_folder=tmp_path, int8=content
    )
    mask_input = np.random.default_rng(1).random((96, 100), np.float32)
    patch, clicks = make_patch(Box(20, 40, 100, 96)), [Click(120, 90, 1), Click(150, 200, -1)]
    found = from_file.predict(patch, clicks, mask_input=mask_input)
    np.testing.assert_allclose(found, float32.predict(patch, clicks, mask_input=mask_input), atol=1e-5)
    assert from_file.predict(patch, clicks, mask_input=mask_input).tobytes() == found.tobytes()
    assert from_file.identity.startswith(f"low {card.sha256} openvino {openvino.__version__} ")
    assert from_file.identity.endswith(f" int8 {'cd' * 32}")


def test_weights_without_such_a_model_are_run_in_single_precision(
    network: nn.Module, content: bytes, card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_names, **_options: tmp_path / "cache")
    own = replace(card, network="compact-attention")
    for scale in ("low", "high"):
        save_network(tmp_path / "own", scale, network, replace(own, scale=scale))
    loaded = load_predictors(tmp_path / "own", engine="openvino-int8", allow_path=True)
    assert (loaded.engine, loaded.low.identity.count("int8")) == ("openvino", 0)
    for scale in ("low", "high"):
        save_int8(tmp_path / "own", scale, content)
    quantised = load_predictors(tmp_path / "own", engine="openvino-int8", allow_path=True)
    assert quantised.engine == "openvino-int8"
    assert quantised.weights_sha256 == loaded.weights_sha256
    assert {quantised.low.identity, quantised.high.identity}.isdisjoint(
        {loaded.low.identity, loaded.high.identity}
    )
    assert load_predictors(tmp_path / "own", engine="openvino", allow_path=True).engine == "openvino"
