from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from openvino import opset13 as ops

from zoomiseg.predict import OpenVinoPredictor, _ir_cache, load_predictors
from zoomiseg.predict._convert import EXAMPLE_SHAPE, Probability, converted
from zoomiseg.predict._ir_cache import IrCache


@pytest.fixture
def core() -> openvino.Core:
    return openvino.Core()


def doubling_model() -> openvino.Model:
    parameter = ops.parameter([3], np.float32)
    return openvino.Model([ops.multiply(parameter, np.float32([2, 3, 1e-8]))], [parameter])


def test_a_kept_model_computes_the_same(tmp_path: Path, core: openvino.Core) -> None:
    cache = IrCache(tmp_path)
    cache.write("key", doubling_model(), core)
    compiled = core.compile_model(cache.read("key", core), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    assert compiled([np.ones(3, np.float32)])[0].tolist() == np.float32([2, 3, 1e-8]).tolist()


def test_an_absent_model_reads_as_none(tmp_path: Path, core: openvino.Core) -> None:
    assert IrCache(tmp_path).read("key", core) is None


@pytest.mark.parametrize("position", [0, 40, -1], ids=["digest", "xml", "constants"])
def test_a_flipped_byte_reads_as_absent(tmp_path: Path, core: openvino.Core, position: int) -> None:
    cache = IrCache(tmp_path)
    cache.write("key", doubling_model(), core)
    content = bytearray(cache.path("key").read_bytes())
    content[position] ^= 1
    cache.path("key").write_bytes(content)
    assert cache.read("key", core) is None


@pytest.mark.parametrize("length", [0, 10, 33, 500])
def test_a_cut_file_reads_as_absent(tmp_path: Path, core: openvino.Core, length: int) -> None:
    cache = IrCache(tmp_path)
    cache.write("key", doubling_model(), core)
    cache.path("key").write_bytes(cache.path("key").read_bytes()[:length])
    assert cache.read("key", core) is None


def test_a_file_under_another_key_reads_as_absent(tmp_path: Path, core: openvino.Core) -> None:
    cache = IrCache(tmp_path)
    cache.write("key", doubling_model(), core)
    cache.path("key").rename(cache.path("other"))
    assert cache.read("other", core) is None


def test_only_whole_files_are_left_and_the_oldest_go(
    tmp_path: Path, core: openvino.Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ir_cache, "MAX_ENTRIES", 2)
    cache = IrCache(tmp_path)
    for key in ("a", "b", "c"):
        cache.write(key, doubling_model(), core)
    assert sorted(cache.folder.iterdir()) == sorted([cache.path("b"), cache.path("c")])


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, core: openvino.Core) -> None:
    (tmp_path / "openvino").write_text("a file where the folder should be")
    cache = IrCache(tmp_path)
    cache.write("key", doubling_model(), core)
    assert cache.read("key", core) is None


def test_writing_returns_the_model_that_will_be_read(tmp_path: Path, core: openvino.Core) -> None:
    cache = IrCache(tmp_path)
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    image = np.random.default_rng(0).normal(size=(1, 3, 256, 256)).astype(np.float32)
    predictor = load_predictors("compact").high
    assert isinstance(predictor, OpenVinoPredictor)
    written = cache.write(
        "key", converted(Probability(predictor.module), (torch.zeros(EXAMPLE_SHAPE),) * 2), core
    )
    answers = [
        core.compile_model(model, "CPU", settings)((image, image))[0].tobytes()
        for model in (written, cache.read("key", core))
    ]
    assert answers[0] == answers[1]


def test_a_model_that_cannot_be_kept_is_returned_as_if_it_were(tmp_path: Path, core: openvino.Core) -> None:
    (tmp_path / "openvino").write_text("a file where the folder should be")
    model = IrCache(tmp_path).write("key", doubling_model(), core)
    assert core.compile_model(model, "CPU")([np.ones(3, np.float32)])[0].tolist()[:2] == [2, 3]
