import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import zoomiseg.predict
from zoomiseg.errors import WeightsError
from zoomiseg.geometry import Box, Click
from zoomiseg.predict import load_predictor, load_predictors

from .conftest import MakePatch


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_names, **_options: tmp_path / "cache")


def test_weights_by_name_answer_at_both_scales(
    weights_folder: Path, make_patch: MakePatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMISEG_WEIGHTS", str(weights_folder.parent))
    compiled, eager = load_predictors("tiny"), load_predictors("tiny", engine="torch")
    assert (compiled.name, compiled.engine, eager.engine) == ("tiny", "openvino", "torch")
    assert compiled.weights_sha256 == eager.weights_sha256
    assert len(compiled.weights_sha256) == 64
    assert (compiled.low_card.mpp, compiled.high_card.mpp) == (2.0, 0.5)
    assert compiled.low.identity.startswith("low ")
    assert compiled.high.identity.startswith("high ")
    patch, clicks = make_patch(Box(0, 0, 64, 64)), [Click(50, 50, 1)]
    for scale in ("low", "high"):
        expected = getattr(eager, scale).predict(patch, clicks)
        np.testing.assert_allclose(getattr(compiled, scale).predict(patch, clicks), expected, atol=1e-3)


def test_a_folder_is_taken_only_where_paths_are_allowed(weights_folder: Path) -> None:
    assert load_predictors(weights_folder, engine="torch", allow_path=True).name == "tiny"
    with pytest.raises(WeightsError, match="no name of weights"):
        load_predictors(weights_folder, engine="torch")


def test_weights_of_one_scale_serve_that_scale_alone(weights_folder: Path, tmp_path: Path) -> None:
    for name in ("low.json", "low.safetensors"):
        (tmp_path / name).write_bytes((weights_folder / name).read_bytes())
    _, card = load_predictor(tmp_path, "low", engine="torch")
    assert card.scale == "low"
    with pytest.raises(WeightsError, match=r"high\.json cannot be read"):
        load_predictors(tmp_path, engine="torch", allow_path=True)


def test_an_unknown_engine_is_answered_with_the_known_ones(weights_folder: Path) -> None:
    with pytest.raises(ValueError, match="openvino, torch, got 'onnx'"):
        load_predictors(weights_folder, engine="onnx", allow_path=True)  # type: ignore[arg-type]


def test_every_name_at_the_door_is_there() -> None:
    assert all(getattr(zoomiseg.predict, name) for name in zoomiseg.predict.__all__)
    with pytest.raises(AttributeError, match="no attribute 'JaxPredictor'"):
        _ = zoomiseg.predict.JaxPredictor  # type: ignore[attr-defined]


def test_the_door_opens_without_torch_and_openvino() -> None:
    heavy = "{'torch', 'openvino'} & set(sys.modules)"
    code = (
        f"import sys; from zoomiseg.predict import Patch, Predictor; sys.exit(str({heavy}) if {heavy} else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_with_a_full_cache_no_torch_is_loaded(weights_folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from zoomiseg.predict import load_predictor; "
        "load_predictor(Path(sys.argv[1]), 'low')[0].warm_up(); print('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(weights_folder)]
    surroundings = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    said = [
        subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]


def test_damaged_tensors_are_told_even_where_the_converted_network_is_kept(
    weights_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(weights_folder, tmp_path / "tiny"))
    load_predictor(folder, "low")[0].warm_up()
    tensors = folder / "low.safetensors"
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(content)
    with pytest.raises(WeightsError, match="are damaged or not those of their card"):
        load_predictor(folder, "low")
