from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from torch import nn

from zoomiseg.geometry import Box, Click
from zoomiseg.networks import Card
from zoomiseg.networks._options import SkipOptions
from zoomiseg.networks._uctransnet import UCTransNet
from zoomiseg.networks._unet import UNet
from zoomiseg.predict import OpenVinoPredictor, Predictor, TorchPredictor, _compiled, _convert, _split
from zoomiseg.predict._reader import CONVERSION

from .conftest import MakePatch


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def predictor(module: nn.Module, card: Card, cache_folder: Path) -> OpenVinoPredictor:
    """It converts in the first test that uses it and finds the cache filled in the others."""
    return OpenVinoPredictor(lambda: module, card, cache_folder=cache_folder)


@pytest.mark.parametrize(
    "network",
    [
        None,
        lambda: UNet(SkipOptions(), base=4),
        lambda: UCTransNet(SkipOptions("fused", drop_second_skip=False), base=4, nominal_size=64),
    ],
    ids=["compact-lite0", "unet", "uctransnet"],
)
def test_both_engines_give_the_same_probability(
    network: object, module: nn.Module, card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    built = network().eval() if callable(network) else module
    reference = TorchPredictor(built, card, device=torch.device("cpu"))
    predictor: Predictor = OpenVinoPredictor(lambda: built, card, cache_folder=tmp_path)
    for box, slide in [(Box(20, 40, 128, 96), (1000, 1000)), (Box(-10, -20, 128, 96), (80, 50))]:
        patch = make_patch(box, slide=slide)
        mask_input = np.random.default_rng(1).random((96, 128), np.float32)
        clicks = [Click(2 * 60, 2 * 45, 1), Click(2 * 70, 2 * 48, -1)]
        found = predictor.predict(patch, clicks, mask_input=mask_input)
        assert found.dtype == np.float32
        assert found.shape == (96, 128)
        expected = reference.predict(patch, clicks, mask_input=mask_input)
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_same_question_gets_the_same_bytes_from_a_fresh_and_from_a_cached_model(
    module: nn.Module, card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    patch, clicks = make_patch(Box(100, 50, 96, 64)), [Click(300, 150, 1)]
    fresh = OpenVinoPredictor(lambda: module, card, cache_folder=tmp_path)
    first = fresh.predict(patch, clicks)
    fresh.predict(make_patch(Box(0, 0, 64, 64), seed=1), [])
    assert fresh.predict(patch, clicks).tobytes() == first.tobytes()
    cached = OpenVinoPredictor(nn.Identity, card, cache_folder=tmp_path)
    assert cached.predict(patch, clicks).tobytes() == first.tobytes()


def test_a_later_answer_does_not_change_an_earlier_one(
    predictor: OpenVinoPredictor, make_patch: MakePatch
) -> None:
    first = predictor.predict(make_patch(Box(0, 0, 64, 64)), [])
    kept = first.copy()
    predictor.predict(make_patch(Box(0, 0, 64, 64), seed=1), [])
    assert np.array_equal(first, kept)


def test_a_network_is_converted_once_for_all_sizes_and_later_runs(
    predictor: OpenVinoPredictor, make_patch: MakePatch, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor.predict(make_patch(Box(0, 0, 64, 64)), [])

    def never(_module: nn.Module, _shapes: object) -> openvino.Model:
        raise AssertionError("converted again")

    monkeypatch.setattr(_convert, "converted", never)
    predictor.predict(make_patch(Box(0, 0, 32, 64)), [])
    later = OpenVinoPredictor(nn.Identity, predictor.card, cache_folder=cache_folder)
    later.predict(make_patch(Box(0, 0, 64, 64)), [])


def test_the_number_of_compiled_sizes_is_bounded(
    predictor: OpenVinoPredictor, make_patch: MakePatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compiled, "MAX_COMPILED", 2)
    for width in (32, 64, 32, 96):
        predictor.predict(make_patch(Box(0, 0, width, 32)), [])
    (network,) = predictor._network.parts
    assert [shapes[0][3] for shapes in network.compiled_shapes] == [32, 96]


def test_a_module_without_a_checksum_is_not_cached(card: Card, make_patch: MakePatch, tmp_path: Path) -> None:
    tiny = UNet(SkipOptions(), base=4)
    unsaved = OpenVinoPredictor(lambda: tiny, replace(card, sha256=""), cache_folder=tmp_path)
    unsaved.predict(make_patch(Box(0, 0, 32, 32)), [])
    assert not list(tmp_path.iterdir())


def test_warming_up_compiles_the_whole_patch(
    predictor: OpenVinoPredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_split, "PATCH_SIZE", 64)
    predictor.warm_up()
    (network,) = predictor._network.parts
    assert network.compiled_shapes == [((1, 3, 64, 64),) * 2]


def test_the_identity_names_scale_weights_and_engine(predictor: OpenVinoPredictor, card: Card) -> None:
    assert predictor.identity == f"low {card.sha256} openvino {openvino.__version__} {CONVERSION}"
